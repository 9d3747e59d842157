/** The second factor: codes of an app, once each; recovery codes; what counts as a failed login. */
import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { expect, onTestFinished, test } from 'vitest'
import { Accounts } from '../../gateway/http/accounts.ts'
import { HttpOptions } from '../../gateway/http/options.ts'
import { Database } from '../../gateway/kit/database.ts'
import { PASSWORD, startServer, Visitor } from './http-fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })

async function setUp(changes: Partial<HttpOptions> = {}) {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const time = { nowMs: Date.parse('2026-01-05T10:00:00+08:00') }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const options = HttpOptions.parse(changes)
  const accounts = new Accounts({ options, database, clock, secretsKey: randomBytes(32) })
  await accounts.changePassword('li', await accounts.create('li', 'OFFICER'), PASSWORD)
  return { accounts, database, time }
}

const codeOf = (secret: string, atMs: number) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs })

/** With an app that has the secret. */
async function turnOn({ accounts, time }: Awaited<ReturnType<typeof setUp>>) {
  const { secret, uri } = await accounts.beginSecondFactor('li', PASSWORD)
  const recovery = accounts.secondFactor.confirm('li', codeOf(secret, time.nowMs))
  time.nowMs += 60_000
  return { secret, uri, recovery }
}

test('it counts from the first code on: password alone is asked for more, a code of the app lets in', async () => {
  const box = await setUp()
  const { accounts, time } = box
  const begun = await accounts.beginSecondFactor('li', PASSWORD)
  expect((await accounts.login('li', PASSWORD)).person.secondFactor).toBe(false)
  expect(() => accounts.secondFactor.confirm('li', '000000')).toThrow()
  accounts.secondFactor.confirm('li', codeOf(begun.secret, time.nowMs))
  time.nowMs += 60_000
  await expect(accounts.login('li', PASSWORD)).rejects.toEqual(refused('SECOND_FACTOR_NEEDED'))
  await expect(accounts.login('li', 'wrong', codeOf(begun.secret, time.nowMs))).rejects.toEqual(
    refused('LOGIN_REFUSED'),
  )
  const { person } = await accounts.login('li', PASSWORD, codeOf(begun.secret, time.nowMs))
  expect(person).toMatchObject({ name: 'li', secondFactor: true, secondFactorDue: false })
})

test('a code counts once, also within its half minute; a phone may be half a minute off, no more', async () => {
  const box = await setUp()
  const { accounts, time } = box
  const { secret } = await turnOn(box)
  const code = codeOf(secret, time.nowMs)
  await accounts.login('li', PASSWORD, code)
  await expect(accounts.login('li', PASSWORD, code)).rejects.toEqual(refused('SECOND_FACTOR_WRONG'))
  time.nowMs += 90_000
  await expect(accounts.login('li', PASSWORD, codeOf(secret, time.nowMs - 90_000))).rejects.toEqual(
    refused('SECOND_FACTOR_WRONG'),
  )
  await expect(accounts.login('li', PASSWORD, codeOf(secret, time.nowMs - 30_000))).resolves.toBeDefined()
})

test('wrong codes lock the name as wrong passwords do; being asked for one does not', async () => {
  const box = await setUp({ lockAfterFailures: 3 })
  const { accounts } = box
  await turnOn(box)
  for (let at = 0; at < 6; at++)
    await expect(accounts.login('li', PASSWORD)).rejects.toEqual(refused('SECOND_FACTOR_NEEDED'))
  for (let at = 0; at < 3; at++) {
    await expect(accounts.login('li', PASSWORD)).rejects.toEqual(refused('SECOND_FACTOR_NEEDED'))
    await expect(accounts.login('li', PASSWORD, '000000')).rejects.toEqual(refused('SECOND_FACTOR_WRONG'))
  }
  await expect(accounts.login('li', PASSWORD, '000000')).rejects.toEqual(refused('LOGIN_LOCKED'))
})

test('a recovery code stands for a code once, however it is typed', async () => {
  const box = await setUp()
  const { accounts } = box
  const { recovery } = await turnOn(box)
  expect(new Set(recovery).size).toBe(10)
  await accounts.login('li', PASSWORD, recovery[3]!.toUpperCase().replaceAll('-', ' '))
  expect(accounts.secondFactor.recoveryCodesLeft('li')).toBe(9)
  await expect(accounts.login('li', PASSWORD, recovery[3]!)).rejects.toEqual(refused('SECOND_FACTOR_WRONG'))
})

test('off by password and code; reset by an administrator ends the logins', async () => {
  const box = await setUp()
  const { accounts, time } = box
  const { secret, recovery } = await turnOn(box)
  await expect(accounts.beginSecondFactor('li', PASSWORD)).rejects.toEqual(refused('SECOND_FACTOR_ON'))
  await expect(accounts.endSecondFactor('li', PASSWORD, '000000')).rejects.toEqual(
    refused('SECOND_FACTOR_WRONG'),
  )
  await accounts.endSecondFactor('li', PASSWORD, codeOf(secret, time.nowMs))
  const { ticket } = await accounts.login('li', PASSWORD)
  expect(accounts.secondFactor.use('li', recovery[0]!)).toBe(false)
  time.nowMs += 60_000
  await turnOn(box)
  accounts.resetSecondFactor('li')
  expect(accounts.personOf(ticket.secret)).toBeNull()
  await expect(accounts.login('li', PASSWORD)).resolves.toBeDefined()
})

test('neither secret nor recovery codes can be read off the database', async () => {
  const box = await setUp()
  const { secret, recovery } = await turnOn(box)
  const tables = ['http_second_factors', 'http_recovery_codes']
  const rows = tables.flatMap((table) => box.database.prepare(`SELECT * FROM ${table}`).all())
  const stored = rows.map((row) =>
    Object.values(row).map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ),
  )
  const said = JSON.stringify(stored)
  expect(said).not.toContain(Buffer.from(Secret.fromBase32(secret).bytes).toString('hex'))
  for (const code of recovery) expect(said).not.toContain(code.replaceAll('-', ''))
})

test('a role that must have one gets nothing else until it is set up', async () => {
  const running = await startServer({ options: { secondFactorFor: ['LEGAL'] } })
  const visitor = await Visitor.as(running, 'LEGAL')
  expect((await visitor.send('GET', '/api/v1/alerts')).status).toBe(403)
  const begun = await visitor.send('POST', '/api/v1/session/second-factor', { password: PASSWORD })
  const { secret, qr } = (await begun.json()) as { secret: string; qr: string }
  expect(qr).toMatch(/^<svg/)
  const code = codeOf(secret, Date.now())
  const { status } = await visitor.send('PUT', '/api/v1/session/second-factor', { code })
  expect(status).toBe(200)
  expect((await visitor.send('GET', '/api/v1/alerts')).status).toBe(200)
  const officer = await Visitor.as(running, 'OFFICER')
  expect((await officer.send('GET', '/api/v1/alerts')).status).toBe(200)
})
