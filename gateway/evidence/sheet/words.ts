/**
 * The words of a sheet. It is a Chinese document for a file (照片证据单): what the record has as a code is said in
 * words, and a code that nobody knows is printed as it is rather than left out.
 *
 * No word here finds anything: the device suspects (疑似), people decide.
 */
const KINDS: Readonly<Record<string, string>> = {
  SCENE_BEFORE: '前景',
  START: '起始',
  PERSIST: '持续',
  CONFIRM: '达到时长',
  CLOSEUP: '特写',
  WIDE: '全景',
  CLIP: '视频',
  PERSUASION_AUDIO: '劝导录音',
  RECHECK: '复查',
  AFTER: '整改后',
  BODYCAM: '执法记录',
  TRANSCRIPT: '文字说明',
}

const CAPS: Readonly<Record<string, string>> = {
  DEVICE_NOT_REVIEWED: '设备未经法制和技术审核',
  DEVICE_REVIEW_EXPIRED: '设备审核已过有效期',
  NO_AUTHORISATION_RECORD: '没有授权记录',
  LOCATION_NOT_PUBLISHED: '设置地点未公示',
  CLOCK_UNCHECKED: '时钟未校验',
  CLOCK_OFF: '时钟误差超过 1 秒',
  CLOCK_OFFSET: '时钟误差超过 1 秒',
  FOOTAGE_INCOMPLETE: '画面不完整',
  NO_FOOTAGE: '没有画面',
  TEST_MODE: '测试模式',
  CAMERA_MOVED: '摄像机视角已移动',
  QUALITY_LOW: '画面质量不足',
  AUXILIARY_ALONE: '协管人员单独拍摄',
  CERTIFICATE_NOT_IN_FORCE: '执法证件不在有效期',
  PEOPLE_STALE: '人员名单未及时同步',
  SALVAGED: '原文件受损，仅能播放修复副本',
  START_DISPUTED: '文件内时间与设备所报不符',
  BODYCAM_INTEGRITY_DIFFERS: '完整性校验值不符，经人工放行',
  BODYCAM_UNREGISTERED: '记录仪未登记，经人工放行',
  BODYCAM_USER_MISMATCH: '使用人与登记不符，经人工放行',
  BODYCAM_OUT_OF_SERVICE: '记录仪已报废或遗失，经人工放行',
  BODYCAM_OUTSIDE_DUTY: '不在领用时段内，经人工放行',
}

const STATES: Readonly<Record<string, string>> = {
  LEAD: '线索',
  EVIDENCE_CANDIDATE: '候选证据（待审核）',
}

const ABSENCES: Readonly<Record<string, string>> = {
  EVIDENCE_TORN: '文件不完整，未列入',
  STILL_UNDECODABLE: '无法解码出图片',
  PLAN_ITEM_MISSING: '未取得',
}

/** As `quality` of an original has it: measured, no verdict. */
const MEASURES: readonly [key: string, label: string, say: (value: number) => string][] = [
  ['laplacianVariance', '清晰度（拉普拉斯方差）', (value) => value.toFixed(0)],
  ['targetShortSidePx', '目标短边', (value) => `${value} 像素`],
  ['darkShare', '过暗占比', (value) => `${(value * 100).toFixed(1)}%`],
  ['brightShare', '过亮占比', (value) => `${(value * 100).toFixed(1)}%`],
]

export const PROPERTY_WORDS = { true: '真实', clear: '清晰', complete: '完整', accurate: '准确' } as const

export const kindWord = (kind: string): string => KINDS[kind] ?? kind
export const capWord = (cap: string): string => CAPS[cap] ?? cap
export const stateWord = (state: string): string => STATES[state] ?? state
export const absenceWord = (code: string): string => ABSENCES[code] ?? code

export function measuresOf(quality: Readonly<Record<string, unknown>> = {}): string {
  return MEASURES.flatMap(([key, label, say]) => {
    const value = quality[key]
    return typeof value === 'number' ? [`${label} ${say(value)}`] : []
  }).join('，')
}

/** `2026-01-01 10:03:00.000 (UTC+08:00)` of an ISO time: as the box wrote it. */
export function momentOf(iso: string | null | undefined): string {
  if (!iso) return '—'
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d)T([\d:.]+)(.*)$/.exec(iso) ?? []
  return day === undefined ? iso : `${day} ${time}（${zone === 'Z' ? 'UTC' : `UTC${zone}`}）`
}
