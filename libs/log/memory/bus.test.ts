import { createMemoryLog } from '#libs/log'
import { busContract } from '../../testing/busContract'

busContract('memory bus', {
  open: async () => {
    const { bus } = createMemoryLog()
    return { client: bus, server: bus, close: async () => {} }
  },
})
