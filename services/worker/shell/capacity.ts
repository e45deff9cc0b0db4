import { statfs } from 'node:fs/promises'
import si from 'systeminformation'
import type { Resources } from '#libs/kernel'

/** What the machine keeps for itself and everything else that runs on it. */
export const DEFAULT_RESERVE: Resources = { cpuMilli: 0, memoryBytes: 256 * 2 ** 20, diskBytes: 2 ** 30 }

/** What this machine can promise: what it has, less the reserve. Disk is the size of the file system of `dir`. */
export const measureCapacity = async (dir: string, reserve: Resources): Promise<Resources> => {
  const [cpu, memory, disk] = await Promise.all([si.cpu(), si.mem(), statfs(dir)])
  return {
    cpuMilli: Math.max(0, cpu.cores * 1000 - reserve.cpuMilli),
    memoryBytes: Math.max(0, memory.total - reserve.memoryBytes),
    diskBytes: Math.max(0, disk.blocks * disk.bsize - reserve.diskBytes),
  }
}

/**
 * What of the machine is really in use; of several workers that share one, each counts its share of it. Asked often, so
 * nothing here starts a process, as systeminformation's `fsSize` does: each start holds up everything else the worker has
 * to do.
 */
export const measureUse = async (dir: string, share: number): Promise<Resources> => {
  const [load, memory, disk] = await Promise.all([si.currentLoad(), si.mem(), statfs(dir)])
  return {
    cpuMilli: Math.round(load.currentLoad * 10 * load.cpus.length * share),
    memoryBytes: Math.round(Math.max(0, memory.total - memory.available) * share),
    diskBytes: Math.round((disk.blocks - disk.bfree) * disk.bsize * share),
  }
}

/** Bytes that are free on the file system of `dir`, for who is not root. */
export const measureFree = async (dir: string): Promise<number> => {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}
