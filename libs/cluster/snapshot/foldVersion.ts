// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 16
export const FOLD_DIGEST = '90ec7283014a31b9006ef19feeadf75435262c2f289bcda8f8c67678b1d59344'
