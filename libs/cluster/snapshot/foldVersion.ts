// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 19
export const FOLD_DIGEST = 'cae72898b5c27319c7b5a585d21a39956b48da3626f7ba81b42865989a40326b'
