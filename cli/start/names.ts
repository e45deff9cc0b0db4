import { hostname } from 'node:os'
import { isName } from '#libs/kernel'

/** This machine's name as a name of ork: the first label of the host name, in small letters; `local` if none is left. */
export const machineName = (host: string = hostname()): string => {
  const label = (host.split('.')[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '')
  return isName(label) ? label : 'local'
}
