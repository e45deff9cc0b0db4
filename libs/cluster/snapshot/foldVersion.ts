// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 31
export const FOLD_DIGEST = '57c89bfa5957998c102d2c9e97a988b975d14ed5f023b6dfcbecfaa2c9e4ceb3'
