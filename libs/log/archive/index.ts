export { archivedLog } from './archivedLog'
export { type BundleAbout, openBundle, writeBundle } from './bundle'
export { archiveErrors, readFile as readArchiveFile, writeFile as writeArchiveFile } from './files'
export { type ArchiveFile, lastArchived, type Manifest, readManifest, writeManifest } from './manifest'
