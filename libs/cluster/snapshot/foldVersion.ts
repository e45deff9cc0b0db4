// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 17
export const FOLD_DIGEST = '981adb564588fecb74c88181907936cb4e63113e27619d0f193cf39ad0af53ee'
