import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { Accounts } from '../../gateway/http/accounts.ts'
import { HttpOptions } from '../../gateway/http/options.ts'
import { Database } from '../../gateway/kit/database.ts'

function setUp(changes: Partial<HttpOptions> = {}) {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const time = { nowMs: 1_000_000 }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const accounts = new Accounts({
    ...{ options: HttpOptions.parse(changes), database, clock },
    secretsKey: randomBytes(32),
  })
  return { accounts, database, time }
}
const code = (wanted: string) => expect.objectContaining({ code: wanted })

test('the first start makes an administrator; its password is told once and stored nowhere', async () => {
  const { accounts, database } = setUp()
  const first = await accounts.ensureAdministrator()
  expect(first).toMatchObject({ name: 'admin' })
  expect(first!.oneTimePassword).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
  expect(await accounts.ensureAdministrator()).toBeNull()
  const stored = JSON.stringify(database.prepare('SELECT * FROM http_accounts').all())
  expect(stored).toContain('scrypt$32768$8$1$')
  expect(stored).not.toContain(first!.oneTimePassword)
  const { person } = await accounts.login('admin', first!.oneTimePassword)
  expect(person).toMatchObject({ role: 'ADMIN', changeDue: true })
})

test('a changed password works, the old one and every other login do not', async () => {
  const { accounts } = setUp()
  const once = await accounts.create('li', 'OFFICER')
  const { ticket: elsewhere } = await accounts.login('li', once)
  const ticket = await accounts.changePassword('li', once, 'a walk along the river')
  expect(accounts.personOf(elsewhere.secret)).toBeNull()
  expect(accounts.personOf(ticket.secret)).toMatchObject({ name: 'li', changeDue: false })
  await expect(accounts.login('li', once)).rejects.toEqual(code('LOGIN_REFUSED'))
  await expect(accounts.login('li', 'a walk along the river')).resolves.toBeDefined()
})

test.each([
  ['short', 'eleven char'],
  ['the name in it', 'who is LIWEI anyway'],
  ['one letter', 'aaaaaaaaaaaaaaaa'],
])('a weak password is refused: %s', async (_, next) => {
  const { accounts } = setUp()
  const once = await accounts.create('liwei', 'OFFICER')
  await expect(accounts.changePassword('liwei', once, next)).rejects.toEqual(code('PASSWORD_WEAK'))
  await expect(accounts.login('liwei', once)).resolves.toBeDefined()
})

test('the same password again is no change', async () => {
  const { accounts } = setUp()
  const once = await accounts.create('li', 'OFFICER')
  await expect(accounts.changePassword('li', once, once)).rejects.toEqual(code('PASSWORD_WEAK'))
})

test('failures in a row lock the name, also for the right password, until the time is over', async () => {
  const { accounts, time } = setUp({ lockAfterFailures: 3, lockMinutes: 10 })
  const once = await accounts.create('li', 'OFFICER')
  for (let i = 0; i < 3; i++)
    await expect(accounts.login('li', 'wrong')).rejects.toEqual(code('LOGIN_REFUSED'))
  await expect(accounts.login('li', once)).rejects.toEqual(code('LOGIN_LOCKED'))
  time.nowMs += 10 * 60_000 + 1
  await expect(accounts.login('li', once)).resolves.toBeDefined()
})

test('a name that does not exist is refused and locked like one that does', async () => {
  const { accounts } = setUp({ lockAfterFailures: 3 })
  for (let i = 0; i < 3; i++)
    await expect(accounts.login('nobody', 'x')).rejects.toEqual(code('LOGIN_REFUSED'))
  await expect(accounts.login('nobody', 'x')).rejects.toEqual(code('LOGIN_LOCKED'))
})

test('a success forgets the failures before it', async () => {
  const { accounts } = setUp({ lockAfterFailures: 3 })
  const once = await accounts.create('li', 'OFFICER')
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 2; i++)
      await expect(accounts.login('li', 'wrong')).rejects.toEqual(code('LOGIN_REFUSED'))
    await expect(accounts.login('li', once)).resolves.toBeDefined()
  }
})

test('a login ends by itself after a shift', async () => {
  const { accounts, time } = setUp({ sessionHours: 12 })
  const { ticket } = await accounts.login('li', await accounts.create('li', 'OFFICER'))
  time.nowMs += 12 * 3_600_000 - 1
  expect(accounts.personOf(ticket.secret)).not.toBeNull()
  time.nowMs += 1
  expect(accounts.personOf(ticket.secret)).toBeNull()
})

test('a ninth login ends the first', async () => {
  const { accounts, time } = setUp()
  const once = await accounts.create('li', 'OFFICER')
  const tickets = []
  for (let i = 0; i < 9; i++) {
    time.nowMs++
    tickets.push((await accounts.login('li', once)).ticket)
  }
  expect(tickets.map(({ secret }) => accounts.personOf(secret) !== null)).toEqual([
    false,
    ...Array(8).fill(true),
  ])
})

test('closing an account ends its logins; the last administrator cannot be closed', async () => {
  const { accounts } = setUp()
  await accounts.ensureAdministrator()
  const once = await accounts.create('li', 'OFFICER')
  const { ticket } = await accounts.login('li', once)
  accounts.setDisabled('li', true)
  expect(accounts.personOf(ticket.secret)).toBeNull()
  await expect(accounts.login('li', once)).rejects.toEqual(code('LOGIN_REFUSED'))
  expect(() => accounts.setDisabled('admin', true)).toThrow(code('ACCOUNT_LAST'))
})

test('a reset gives a new one-time password and lifts a lock', async () => {
  const { accounts } = setUp({ lockAfterFailures: 3 })
  const once = await accounts.create('li', 'OFFICER')
  for (let i = 0; i < 3; i++) await expect(accounts.login('li', 'wrong')).rejects.toThrow()
  const again = await accounts.reset('li')
  await expect(accounts.login('li', once)).rejects.toEqual(code('LOGIN_REFUSED'))
  expect((await accounts.login('li', again)).person.changeDue).toBe(true)
})

test('tokens of machines are shown once, kept as hashes, and end when revoked', () => {
  const { accounts, database } = setUp()
  const token = accounts.issueToken('dock-1', 'bodycam')
  expect(JSON.stringify(database.prepare('SELECT * FROM http_tokens').all())).not.toContain(token)
  expect(accounts.machineOf(token)).toEqual({ name: 'dock-1', scope: 'bodycam' })
  expect(() => accounts.issueToken('dock-1', 'metrics')).toThrow(code('ACCOUNT_EXISTS'))
  accounts.tokens.revoke('dock-1')
  expect(accounts.machineOf(token)).toBeNull()
})
