import { createMemoryLog } from '#libs/log'
import { logContract } from '../../testing/logContract'

logContract('memory log', {
  open: async () => ({ log: createMemoryLog().log, close: async () => {} }),
})
