import { networkInterfaces } from 'node:os'
import type Docker from 'dockerode'
import { isLeft } from 'fp-ts/Either'
import { findCommand, runCommand } from '../commands'

/**
 * How a private dockerd connects its containers: `bridge` is a bridge of its own without iptables (ports are published
 * by docker-proxy, and nothing that another engine on this machine set up is touched), `nat` is Docker's default with
 * docker0 and iptables, `none` leaves containers without a network where the kernel allows nothing else.
 */
export type DockerNetwork = 'bridge' | 'nat' | 'none'

const freeSubnet = (): string => {
  const taken = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map((a) => a.address) ?? [])
  const offset = process.pid % 200
  for (let step = 0; step < 200; step++) {
    const prefix = `10.${222 + (step % 20)}.${(offset + step) % 200}.`
    if (!taken.some((address) => address.startsWith(prefix))) return `${prefix}1/24`
  }
  return '10.250.250.1/24'
}

const makeBridge = async (name: string): Promise<boolean> => {
  if (!findCommand('ip')) return false
  if (networkInterfaces()[name]) return true
  const steps = [
    ['link', 'add', name, 'type', 'bridge'],
    ['address', 'add', freeSubnet(), 'dev', name],
    ['link', 'set', name, 'up'],
  ]
  for (const step of steps) {
    if (isLeft(await runCommand('ip', step))) {
      await runCommand('ip', ['link', 'delete', name])
      return false
    }
  }
  return true
}

/** The flags of dockerd for a network, or undefined if this machine cannot make it. `name` names the bridge. */
export const networkFlags = async (network: DockerNetwork, name: string): Promise<readonly string[] | undefined> => {
  switch (network) {
    case 'bridge':
      if (!(await makeBridge(name))) return undefined
      return [`--bridge=${name}`, '--iptables=false', '--ip6tables=false', '--ip-masq=false', '--ip-forward=false']
    case 'nat':
      return []
    case 'none':
      return ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-masq=false', '--ip-forward=false']
  }
}

/**
 * Lets containers on one network of an engine meet, and gives what takes that back. An engine without iptables has no
 * rule for its bridges, and where another one was run before, the machine drops what no rule is for.
 */
export const letMeet = async (docker: Docker, network: string): Promise<() => Promise<void>> => {
  const { Id } = await docker.getNetwork(network).inspect()
  const bridge = `br-${Id.slice(0, 12)}`
  const rule = ['FORWARD', '-i', bridge, '-o', bridge, '-j', 'ACCEPT']
  if (!findCommand('iptables') || isLeft(await runCommand('iptables', ['-I', ...rule]))) return async () => undefined
  return async () => {
    await runCommand('iptables', ['-D', ...rule])
  }
}
