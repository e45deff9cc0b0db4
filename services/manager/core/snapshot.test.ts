import { test } from 'uvu'
import { decidesAlike } from '../../../libs/testing/restored'
import { managerCore } from './index'

test('a manager that starts from a snapshot decides as one that has folded everything', () =>
  decidesAlike(managerCore()))

test.run()
