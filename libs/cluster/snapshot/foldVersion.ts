// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 18
export const FOLD_DIGEST = '8b9fcc57220b664c2244a8eac9119e67808b65dac3a7a03d120a65a4b7cb8cfc'
