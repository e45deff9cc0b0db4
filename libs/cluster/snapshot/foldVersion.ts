// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 24
export const FOLD_DIGEST = 'c707a8377f1d4287dfd37264b764e918f8ea83d13c9be0e179186c2674ad998f'
