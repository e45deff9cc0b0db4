import { readFile, readlink } from 'node:fs/promises'

/**
 * What tells the network of this process, of which each port can be listened on once, from every other one: the run of
 * its kernel, and on that the network namespace. Undefined where the system does not say: on all but Linux.
 */
export const ownNetwork = async (): Promise<string | undefined> => {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
    const [, namespace] = /^net:\[(\d+)\]$/.exec(await readlink('/proc/self/ns/net')) ?? []
    return namespace === undefined ? undefined : `net/${boot}/${namespace}`
  } catch {
    return undefined
  }
}

/**
 * Where the host ports of a worker's containers are taken: in the network that it is in itself, as it takes the engine of
 * its own machine; and in that of its Docker Engine, which tells it also of workers in containers of their own that share
 * its socket.
 */
export const portSpacesOf = (network: string | undefined, { docker }: Readonly<Record<string, string>>): string[] => [
  ...(docker === undefined ? [] : [`docker/${docker}`]),
  ...(network === undefined ? [] : [network]),
]
