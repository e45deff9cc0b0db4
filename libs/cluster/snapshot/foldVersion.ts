// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 20
export const FOLD_DIGEST = 'db66bfff61ff79eb558922a49d05f3bda31bc5518ade45459f2eb8d0637e653e'
