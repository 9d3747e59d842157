/**
 * The evidence sheet: what is on it, read back from the PDF as a person would (poppler renders it, jsqr reads the code);
 * the same bytes each time; none for a package that was changed.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import jsqr from 'jsqr'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { makeProgram, runProgram } from '../../gateway/cli/program.ts'
import { addSheet } from '../../gateway/cli/sheet.ts'
import { findTypeface } from '../../gateway/evidence/sheet/font.ts'
import { codeText, evidenceSheet } from '../../gateway/evidence/sheet/sheet.ts'
import { Transcripts } from '../../gateway/evidence/transcripts.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { openKeeper, START_WALL_MS, sealOne, temporaryFolder } from './evidence-footage.ts'
import { startServer, Visitor } from './http-fixture.ts'
import { flip } from './verify-fixture.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const keeper = await openKeeper(folder)
await sealOne(keeper, 'act-0')
await keeper.holdSound('act-1', {
  wav: Buffer.alloc(4000, 7),
  startWallMs: START_WALL_MS,
  endWallMs: START_WALL_MS + 4000,
  transcript: '您好，此处为严禁区，请移至疏导点经营。',
})
const sealed = await sealOne(keeper, 'act-1')
const hasFont = await findTypeface({}).then(
  () => true,
  () => false,
)
const hasPoppler = ['/usr/bin/pdftoppm', '/usr/bin/pdftotext'].every((program) => existsSync(program))
const sheet = (transcripts: Parameters<typeof evidenceSheet>[0]['transcripts'] = []) =>
  evidenceSheet({ folder: sealed.path, transcripts, options: {} })

test('without a typeface that knows Chinese no sheet is made, and the fault says what to install', async () => {
  const wish = { folder: sealed.path, transcripts: [], options: { fontFile: join(folder, 'none.ttf') } }
  await expect(evidenceSheet(wish)).rejects.toMatchObject({ code: 'SHEET_FONT_MISSING' })
})

describe.skipIf(!hasFont)('the sheet (skipped without a typeface: fonts-wqy-microhei)', () => {
  test('[R34] the same package gives the same bytes, with the typeface in it and small', async () => {
    const [one, other] = [await sheet(), await sheet()]
    expect(one.equals(other)).toBe(true)
    expect(one.subarray(0, 5).toString()).toBe('%PDF-')
    expect(one.includes('FontFile2')).toBe(true)
    const pictures = sealed.items.filter(({ mime }) => mime === 'image/jpeg')
    const weight = pictures.reduce((sum, { bytes }) => sum + bytes, 0)
    expect(one.length).toBeLessThan(weight + 200_000)
    for (const { path } of pictures) expect(one.includes(readFileSync(join(sealed.path, path)))).toBe(true)
  })

  test('[R44] a package that was changed gets no sheet', async () => {
    const changed = temporaryFolder()
    execFileSync('cp', ['-r', sealed.path, changed])
    const bag = join(changed, sealed.packageId)
    flip(join(bag, sealed.items.find(({ kind }) => kind === 'START')!.path), 900)
    const wish = { folder: bag, transcripts: [], options: {} }
    await expect(evidenceSheet(wish)).rejects.toMatchObject({ code: 'SHEET_NOT_WHOLE' })
    rmSync(changed, { recursive: true })
  })

  test('[R70] by HTTP: for a purpose, logged, with the transcripts that were added', async () => {
    const running = await startServer({ folder: temporaryFolder() })
    execFileSync('mkdir', ['-p', join(running.folder, 'evidence')])
    execFileSync('cp', ['-r', sealed.path, join(running.folder, 'evidence')])
    const legal = await Visitor.as(running, 'LEGAL')
    const path = `/api/v1/evidence/${sealed.packageId}/sheet`
    expect((await legal.get(path)).status).toBe(400)
    const plain = await legal.get(`${path}?purpose=filing`)
    expect([plain.status, plain.headers.get('content-type')]).toEqual([200, 'application/pdf'])
    expect(Buffer.from(await plain.arrayBuffer()).equals(await sheet())).toBe(true)

    const wrong = { itemId: 'none', text: '一' }
    const post = (body: unknown) =>
      legal.send('POST', `/api/v1/evidence/${sealed.packageId}/transcripts`, body)
    expect((await post(wrong)).status).toBe(404)
    const item = sealed.items.find(({ kind }) => kind === 'PERSUASION_AUDIO')!
    const added = await post({ itemId: item.itemId, text: '更正：移至南京路疏导点。' })
    expect(added.status).toBe(201)
    expect(await added.json()).toMatchObject({
      author: 'legal',
      role: 'LEGAL',
      sha256: item.sha256,
      entry: 1,
    })
    const more = Buffer.from(await (await legal.get(`${path}?purpose=filing`)).arrayBuffer())
    expect(more.equals(await sheet())).toBe(false)
    const looks = running.accessLog.list(20).map(({ action, outcome }) => `${action} ${outcome}`)
    expect(looks.filter((look) => look.startsWith('evidence.'))).toEqual([
      'evidence.sheet granted',
      'evidence.transcribe granted',
      'evidence.sheet granted',
      'evidence.sheet refused',
    ])
    expect((await legal.get(`/api/v1/evidence/01KDZRW3FJ5V7V3T0CDVW0YJ6Z/sheet?purpose=filing`)).status).toBe(
      404,
    )
  })

  test('by command, with the transcripts of the box', async () => {
    const database = new Database(storeFile(folder))
    const about = { holderId: sealed.packageId, itemId: '01-start', sha256: 'x' }
    new Transcripts({ database, clock: systemClock }).add({
      ...about,
      author: '王',
      role: 'OFFICER',
      text: '无人声',
    })
    database.close()
    const run = async (...args: string[]) => {
      const program = makeProgram('0')
      addSheet(program)
      const output = join(folder, 'sheet.pdf')
      const { write } = process.stdout
      process.stdout.write = (() => true) as typeof write
      const exit = await runProgram(program, ['node', 'lushao', 'sheet', sealed.path, '-o', output, ...args])
      process.stdout.write = write
      process.exitCode = 0
      return { exit, pdf: readFileSync(output) }
    }
    const plain = await run()
    expect([plain.exit, plain.pdf.equals(await sheet())]).toEqual([0, true])
    expect((await run('--storage', folder)).pdf.equals(plain.pdf)).toBe(false)
  })
})

describe.skipIf(!hasFont || !hasPoppler)('the sheet as it is read (skipped without poppler-utils)', () => {
  const file = join(folder, 'read.pdf')
  const textOf = async (transcripts?: Parameters<typeof sheet>[0]) => {
    writeFileSync(file, await sheet(transcripts))
    return execFileSync('pdftotext', ['-layout', file, '-']).toString()
  }

  test('[R34, R70] it says who, how, when, what, where, all hashes, and leaves room for two reviewers', async () => {
    const text = (await textOf()).replace(/\s/g, '')
    const { document } = sealed
    const said = [
      ...[sealed.packageId, sealed.eventId, document.proofObject, document.productionMethod],
      ...[sealed.manifestHash, sealed.prevManifestHash!, '设备nanjing-road/gw-01', '误差12毫秒', 'cam-1'],
      ...['制作人', '制作方法', '制作时间', '证明对象', '线索', '设备未经法制和技术审核', '设置地点未公示'],
      ...['起始·全景', '达到时长·特写', '审核人一', '审核人二', '执法证号', '当事人', '请移至疏导点经营'],
      ...sealed.items.flatMap(({ sha256, sm3 }) => [sha256, sm3]),
    ]
    // Columns of pictures stand side by side: a hash that runs over a line is looked for by its beginning.
    for (const one of said) expect(text).toContain(one.replace(/\s/g, '').slice(0, 40))
    const [, pages] = /第1页共(\d)页/.exec(text) ?? []
    for (let page = 1; page <= Number(pages); page++) expect(text).toContain(`第${page}页共${pages}页`)
    expect(text).not.toMatch(/罚款|违法成立|处罚金额/)
  })

  test('[R70] transcripts are told apart: sealed with the package, or written later by somebody', async () => {
    const about = { holderId: sealed.packageId, itemId: '01-start', sha256: 'x', hash: 'abc123' }
    const later = { entry: 1, at: '2026-01-02T09:00:00.000+08:00', author: '王', role: 'OFFICER' }
    const text = await textOf([{ ...about, ...later, text: '视频无声' }])
    expect(text).toContain('随包封存')
    expect(text).toMatch(/视频无声/)
    expect(text.replace(/\s/g, '')).toContain(
      '王于2026-01-0209:00:00.000（UTC+08:00）记录，封存之后；记录哈希abc123',
    )
  })

  test('[R44] the code leads back to the package: its id and the hash of its manifest', async () => {
    writeFileSync(file, await sheet())
    const texts: string[] = []
    const pages = execFileSync('pdfinfo', [file])
      .toString()
      .match(/Pages:\s+(\d+)/)![1]
    for (let page = 1; page <= Number(pages); page++) {
      const png = execFileSync(
        'pdftoppm',
        ['-r', '150', '-png', '-f', String(page), '-l', String(page), file],
        {
          maxBuffer: 2 ** 26,
        },
      )
      const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
      const code = jsqr.default(new Uint8ClampedArray(data), info.width, info.height)
      if (code !== null) texts.push(code.data)
    }
    expect(texts).toEqual([codeText(sealed.packageId, sealed.manifestHash)])
  })
})
