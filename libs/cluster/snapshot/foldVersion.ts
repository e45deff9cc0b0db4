// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 12
export const FOLD_DIGEST = '36ecf943e7c1848074949eea637e1da5b9c2468b6e07f001507e8f4c5705a66b'
