/**
 * The evidence sheet (照片证据单, 视听资料证据单): what is sealed in a package, on paper for a file.
 *
 *     package ─ checked first ─▶ record, stills ─▶ form ─▶ PDF with hashes and a QR code that leads back
 *
 * It is a derivative, made when somebody asks, and never part of the sealed payload. A package that was changed gets no
 * sheet: paper would lend it a credit that it lost. The same package and transcripts give the same bytes [R34].
 */
import { basename } from 'node:path'
import QRCode from 'qrcode'
import { fault, reasonOf } from '../../kit/errors.ts'
import { EVIDENCE_JSON, PUBLIC_KEY } from '../bag.ts'
import type { PackageResult } from '../check-all.ts'
import { findingText, mostTelling } from '../findings.ts'
import { nodeTools } from '../folder-source.ts'
import { type Locker, readKept, readLock } from '../locker.ts'
import { readPublicKeys } from '../public-key.ts'
import type { Transcript } from '../transcripts.ts'
import { verifyPackages } from '../verify.ts'
import { type SheetItem, SheetRecord } from './facts.ts'
import { findTypeface, type SheetOptions } from './font.ts'
import { Paper, type Picture } from './paper.ts'
import { absenceWord, capWord, kindWord, measuresOf, momentOf, PROPERTY_WORDS, stateWord } from './words.ts'

interface SheetWish {
  /** The package's folder. */
  readonly folder: string
  /** Written later, about items of this package; oldest first. */
  readonly transcripts: readonly Transcript[]
  readonly options: SheetOptions
  /** Reads a package that lies locked. */
  readonly locker?: Locker | null
}

const PICTURE_HIGH = 150

export async function evidenceSheet({ folder, transcripts, options, locker }: SheetWish): Promise<Buffer> {
  const typeface = await findTypeface(options)
  const [checked] = (await verifyPackages([folder], { locker: locker ?? null })).packages
  const finding = checked && mostTelling(checked.findings)
  if (checked === undefined || finding !== undefined) {
    const reason = finding === undefined ? '' : `${finding.code}: ${findingText(finding, 'en')}`
    throw fault('SHEET_NOT_WHOLE', { package: checked?.packageId ?? folder, reason })
  }
  const read = await reader(folder, locker ?? null)
  const record = await readRecord(folder, read)
  const paper = new Paper({
    title: `照片证据单 ${record.packageId}`,
    subject: record.proofObject,
    madeAt: new Date(record.producedAt),
    typeface,
  })
  paper.title('照片证据单', '疑似违法事件证据材料 · 线索材料，未经审核不作认定')
  writeFacts(paper, record)
  await writeStills(paper, record, read)
  writeItems(paper, record, transcripts)
  writeQuality(paper, record)
  await writeSeal(paper, record, checked, read)
  writeHands(paper)
  return paper.close(`${record.packageId} · 本单由证据包派生，以证据包内原始数据为准`)
}

type Read = (path: string) => Promise<Buffer>

async function reader(folder: string, locker: Locker | null): Promise<Read> {
  const isLocked = locker !== null && (await readLock(folder)) !== null
  const key = isLocked ? await locker.keyOf(folder, basename(folder)) : null
  return (path) => readKept(folder, path, key)
}

async function readRecord(folder: string, read: Read): Promise<SheetRecord> {
  try {
    return SheetRecord.parse(JSON.parse((await read(EVIDENCE_JSON)).toString()))
  } catch (error) {
    throw fault('SHEET_NOT_WHOLE', { package: folder, reason: reasonOf(error) }, error)
  }
}

function writeFacts(paper: Paper, record: SheetRecord): void {
  const { producer, clock, place } = record
  const offset = clock.offsetMs === null ? '未校验' : `误差 ${clock.offsetMs} 毫秒`
  const position = place?.lon != null && place.lat != null ? `${place.lon}, ${place.lat}（WGS-84）` : ''
  const placed = [place?.name, place?.address, position].filter(Boolean).join('，')
  const rows: [label: string, value: string][] = [
    ['证据包编号', record.packageId],
    ['事件编号', record.eventId],
    ['证明对象', record.proofObject],
    ['制作人', `设备 ${producer.site}/${producer.gateway}（自动采集）`],
    ['制作方法', record.productionMethod],
    ['制作时间', momentOf(record.producedAt)],
    ['拍摄地点', [placed, `摄像机 ${record.cameraId}`, `区域 ${record.zoneId}`].filter(Boolean).join('，')],
    [
      '事件时间',
      `起始 ${momentOf(record.startedAt)}\n达到时长 ${momentOf(record.confirmedAt)}\n结束 ${momentOf(record.endedAt)}`,
    ],
    ['设备时钟', `${clock.source}，${offset}，校时 ${momentOf(clock.checkedAt)}`],
    ['规则', record.ruleId],
    ['材料性质', stateWord(record.evidenceStatus)],
    ['限制事项', record.evidenceCaps.map(capWord).join('；') || '无'],
  ]
  for (const [label, value] of rows) paper.row(label, value)
}

async function writeStills(paper: Paper, record: SheetRecord, read: Read): Promise<void> {
  const originals = record.items.filter(({ isOriginal }) => isOriginal)
  paper.heading('一、照片')
  let number = 0
  for (const original of originals) {
    const derived = record.items.filter(({ derivedFrom }) => derivedFrom === original.itemId)
    const shown = [...derived]
      .sort((a) => (a.kind === 'WIDE' ? -1 : 1))
      .filter(({ mime }) => mime === 'image/jpeg')
    if (shown.length === 0) continue
    const pictures: Picture[] = []
    for (const item of shown) {
      const caption = [
        `照片 ${++number}　${kindWord(original.kind)} · ${kindWord(item.kind)}　${momentOf(item.capturedAt)}`,
        `摄像机 ${item.cameraId}，${item.width}×${item.height}，${item.path}`,
        `SHA-256 ${item.sha256}`,
        `SM3 ${item.sm3}`,
      ]
      pictures.push({ jpeg: await read(item.path), caption })
    }
    paper.pictures(pictures, PICTURE_HIGH)
    const measures = measuresOf(original.quality)
    if (measures !== '') paper.note(`${kindWord(original.kind)}实测：${measures}`)
  }
  if (number === 0) paper.note('本包没有照片。')
  else paper.note('照片由原始编码数据解码，已遮挡隐私区，未作其他处理；原始数据见下表。')
}

function writeItems(paper: Paper, record: SheetRecord, transcripts: readonly Transcript[]): void {
  paper.heading('二、原始数据')
  for (const item of record.items.filter(({ isOriginal }) => isOriginal))
    paper.row(itemLabel(item), itemText(item))
  for (const { item, code } of record.missing) paper.row(item, absenceWord(code))

  const own = record.items.filter(({ transcript }) => transcript !== undefined)
  if (own.length + transcripts.length === 0) return
  paper.heading('三、文字说明')
  for (const { itemId, transcript = '' } of own) paper.row(itemId, `${transcript}\n（随包封存）`)
  for (const { itemId, text, author, at, hash } of transcripts)
    paper.row(itemId, `${text}\n（${author} 于 ${momentOf(at)} 记录，封存之后；记录哈希 ${hash}）`)
}

const itemLabel = ({ itemId, kind }: SheetItem): string => `${kindWord(kind)}\n${itemId}`

function itemText(item: SheetItem): string {
  const span =
    item.startedAt !== undefined && item.startedAt !== item.endedAt
      ? `${momentOf(item.startedAt)} 至 ${momentOf(item.endedAt)}`
      : momentOf(item.capturedAt)
  const size = item.width > 0 ? `，${item.width}×${item.height}` : ''
  return `${item.path}，${item.mime}${size}，${item.bytes} 字节\n${span}\nSHA-256 ${item.sha256}\nSM3 ${item.sm3}`
}

function writeQuality(paper: Paper, { quality }: SheetRecord): void {
  if (quality === undefined) return
  paper.heading('四性测量（实测值，不作结论）')
  for (const [property, word] of Object.entries(PROPERTY_WORDS)) {
    const { checks } = quality[property as keyof typeof PROPERTY_WORDS]
    const said = checks.map(({ id, value, threshold, unit = '', passed }) => {
      const met = passed === null ? '未测量' : passed ? '达标' : '未达标'
      return `${id} ${value ?? '—'}${unit}${threshold == null ? '' : `（限 ${threshold}${unit}）`} ${met}`
    })
    paper.row(word, said.join('\n') || '—')
  }
}

/** As the code holds it: a phone shows it as text, and it needs no network. */
export function codeText(packageId: string, manifestHash: string): string {
  return `packageId ${packageId}\nmanifest-sha256.txt sha256 ${manifestHash}`
}

async function writeSeal(
  paper: Paper,
  record: SheetRecord,
  checked: PackageResult,
  read: Read,
): Promise<void> {
  const pem = (await read(PUBLIC_KEY)).toString()
  const fingerprint = readPublicKeys(pem, nodeTools)[0]?.fingerprint ?? ''
  const manifestHash = checked.manifestHash ?? ''
  const { state, time } = checked.timestamp
  paper.heading('完整性')
  paper.row('清单哈希', `SHA-256 ${manifestHash}`)
  paper.row('前一证据包', `${record.prevPackageId ?? '无（首包）'}\n${record.prevManifestHash ?? ''}`.trim())
  paper.row('链上序号', String(record.sequence))
  paper.row('签名公钥指纹', `SHA-256 ${fingerprint}`)
  paper.row('时间戳', state === 'ABSENT' ? '无' : `RFC 3161，${time ?? '—'}`)
  const { modules } = QRCode.create(codeText(record.packageId, manifestHash), { errorCorrectionLevel: 'M' })
  paper.code(
    modules,
    [
      '核验方法：二维码内为证据包编号和清单哈希。在证据包目录中运行',
      '　sha256sum manifest-sha256.txt',
      '结果应与清单哈希一致；再运行',
      '　sha256sum -c --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt',
      '没有输出即为每个文件与封存时一致。签名、证据链及其余步骤见 docs/verify.zh-CN.md，',
      '也可用浏览器打开 lushao-verify.html 核验，均无需网络。公钥指纹请与设备运营单位公布的指纹比对。',
    ].join('\n'),
  )
  paper.note(record.statement)
}

function writeHands(paper: Paper): void {
  paper.heading('审核与签字')
  paper.blanks([
    ['审核人一', '执法证号', '签名', '日期'],
    ['审核人二', '执法证号', '签名', '日期'],
    ['当事人', '签名', '日期'],
    ['当事人意见或拒签情况'],
  ])
}
