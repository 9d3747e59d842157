/**
 * The list that is filed with the county police within 30 days, and again when it changes (公共安全视频图像信息系统管理
 * 条例 Art. 14): unit, locations, number and type of devices, how long pictures are kept.
 *
 *     cameras of the configuration ─▶ list ─┬─▶ CSV, JSON
 *     the list that was filed last ─────────┴─▶ what has changed since
 *
 * The box is no recorder: it keeps evidence of acts. How long the recorder keeps everything is its operator's to say,
 * camera by camera (`recorderRetentionDays`).
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/loader.ts'
import { csvOf } from './alerts/report-files.ts'
import { isoTime } from './kit/clock.ts'
import type { Language } from './kit/errors.ts'

interface FilingPoint {
  readonly cameraId: string
  readonly name: string
  readonly unit: string
  readonly address: string
  readonly lon: number | null
  readonly lat: number | null
  readonly division: string
  readonly deviceKind: string
  readonly gbDeviceId: string
  readonly evidenceMinDays: number
  readonly evidenceMaxDays: number | null
  /** Of the recorder that keeps everything; null: its operator has not said. */
  readonly recorderDays: number | null
  readonly policeFilingNo: string
  readonly published: string
}

export interface FilingList {
  readonly type: 'lushao.filing.v1'
  readonly site: string
  readonly gateway: string
  readonly madeAt: string
  readonly count: number
  readonly byKind: Readonly<Record<string, number>>
  readonly points: readonly FilingPoint[]
  /** Null: there is no list to compare with. */
  readonly changes: readonly FilingChange[] | null
  /** When the list it is compared with was made. */
  readonly since: string | null
}

interface FilingChange {
  readonly cameraId: string
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED'
  readonly fields: readonly string[]
}

/** The list that was filed last, as `lushao report filing --filed` left it. */
export const filedFile = (folder: string): string => join(folder, 'filing', 'filed.json')

export async function filedBefore(folder: string): Promise<FilingList | null> {
  const text = await readFile(filedFile(folder), 'utf8').catch(() => null) // Never filed from this box.
  return text === null ? null : (JSON.parse(text) as FilingList)
}

export function filingList(
  config: Config,
  wallMs: number,
  before: Pick<FilingList, 'points' | 'madeAt'> | null,
): FilingList {
  const points = config.cameras.map((camera) => pointOf(config, camera))
  const byKind: Record<string, number> = {}
  for (const { deviceKind } of points) byKind[deviceKind] = (byKind[deviceKind] ?? 0) + 1
  return {
    ...{ type: 'lushao.filing.v1', site: config.site, gateway: config.gateway },
    madeAt: isoTime(wallMs, config.utcOffsetMinutes),
    ...{ count: points.length, byKind, points },
    changes: before === null ? null : changesBetween(before.points, points),
    since: before?.madeAt ?? null,
  }
}

function pointOf({ retention, region }: Config, camera: Config['cameras'][number]): FilingPoint {
  return {
    cameraId: camera.id,
    name: camera.name ?? camera.id,
    unit: camera.operatorOrg ?? '',
    address: camera.address ?? '',
    lon: camera.lon ?? null,
    lat: camera.lat ?? null,
    division: camera.jurisdictionCode ?? region,
    deviceKind: camera.deviceKind,
    gbDeviceId: camera.gbDeviceId ?? '',
    evidenceMinDays: retention.standard.minDays,
    evidenceMaxDays: retention.standard.maxDays,
    recorderDays: camera.recorderRetentionDays ?? null,
    policeFilingNo: camera.policeFilingNo ?? '',
    published: [camera.locationPublishedAt, camera.locationPublishedRef].filter(Boolean).join(' '),
  }
}

function changesBetween(before: readonly FilingPoint[], now: readonly FilingPoint[]): FilingChange[] {
  const old = new Map(before.map((point) => [point.cameraId, point]))
  const here = new Set(now.map(({ cameraId }) => cameraId))
  const gone = before.filter(({ cameraId }) => !here.has(cameraId))
  return [
    ...now.flatMap((point): FilingChange[] => {
      const { cameraId } = point
      const last = old.get(cameraId)
      if (last === undefined) return [{ cameraId, change: 'ADDED', fields: [] }]
      const fields = (Object.keys(point) as (keyof FilingPoint)[]).filter((key) => last[key] !== point[key])
      return fields.length === 0 ? [] : [{ cameraId, change: 'CHANGED', fields }]
    }),
    ...gone.map(({ cameraId }): FilingChange => ({ cameraId, change: 'REMOVED', fields: [] })),
  ]
}

const COLUMNS: readonly (readonly [key: keyof FilingPoint, zh: string, en: string])[] = [
  ['cameraId', '点位编号', 'camera'],
  ['name', '点位名称', 'name'],
  ['unit', '建设使用单位', 'unit'],
  ['address', '位置', 'location'],
  ['lon', '经度（WGS-84）', 'longitude (WGS-84)'],
  ['lat', '纬度（WGS-84）', 'latitude (WGS-84)'],
  ['division', '行政区划代码', 'division code'],
  ['deviceKind', '设备类型', 'device type'],
  ['gbDeviceId', '国标编码', 'national device id'],
  ['evidenceMinDays', '证据最短保存（天）', 'evidence kept at least (days)'],
  ['evidenceMaxDays', '证据最长保存（天）', 'evidence kept at most (days)'],
  ['recorderDays', '录像保存（天）', 'recorder keeps (days)'],
  ['policeFilingNo', '公安备案号', 'police filing number'],
  ['published', '公示', 'published'],
]
const CHANGES = {
  ADDED: ['新增', 'added'],
  REMOVED: ['撤除', 'removed'],
  CHANGED: ['变更', 'changed'],
} as const

export function filingCsv(
  { points, count, byKind, changes, since, madeAt }: FilingList,
  language: Language,
): string {
  const zh = language === 'zh'
  const word = (chinese: string, english: string) => (zh ? chinese : english)
  const kinds = Object.entries(byKind).map(([kind, number]) => `${kind} ${number}`)
  const listed =
    changes === null
      ? []
      : [
          [],
          [word(`自 ${since} 以来的变更`, `changed since ${since}`)],
          ...changes.map(({ cameraId, change, fields }) => [
            cameraId,
            CHANGES[change][zh ? 0 : 1],
            fields.join(' '),
          ]),
        ]
  return csvOf([
    [word('公共安全视频图像信息系统备案清单', 'list of cameras for filing with the police'), madeAt],
    [word('设备总数', 'devices'), count, kinds.join('; ')],
    COLUMNS.map(([, chinese, english]) => word(chinese, english)),
    ...points.map((point) => COLUMNS.map(([key]) => point[key] ?? '')),
    ...listed,
  ])
}
