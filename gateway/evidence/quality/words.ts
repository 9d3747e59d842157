/**
 * Every limit of a record and every check of it, in the words of both languages: console, command line and pages say the
 * same. No word here is a finding; they say what the record is worth, never what somebody did.
 */
export interface Bilingual {
  readonly zh: string
  readonly en: string
}
const both = (zh: string, en: string): Bilingual => ({ zh, en })

/** Why a record stays a lead, and what else is to be said of a check. */
export const REASON_WORDS = {
  // The camera and the law.
  DEVICE_NOT_REVIEWED: both('设备未经法制和技术审核', 'device without legal and technical review'),
  DEVICE_REVIEW_EXPIRED: both('设备审核已过有效期', 'review of the device has expired'),
  LOCATION_NOT_PUBLISHED: both('设置地点未公示', 'location not published'),
  SIGN_NOT_RECORDED: both('没有标识照片', 'no photograph of the sign'),
  NO_AUTHORISATION_RECORD: both('没有授权记录', 'no record of authorisation'),
  NO_TIME_SERVER: both('未配置校时服务器', 'no time server configured'),
  TEST_MODE: both('测试模式', 'test mode'),
  AUXILIARY_ALONE: both('协管人员单独拍摄', 'recorded by auxiliary staff alone'),
  CERTIFICATE_NOT_IN_FORCE: both('执法证件不在有效期', 'certificate not in force'),
  SALVAGED: both('原文件受损，仅能播放修复副本', 'the original is torn, only a salvaged copy plays'),
  START_DISPUTED: both('文件内时间与设备所报不符', 'the file says another time than the device'),
  // A recording that a person let in in spite of a fault.
  PEOPLE_STALE: both('人员名单未及时同步', 'the list of people was not synced in time'),
  BODYCAM_UNREGISTERED: both('记录仪未登记，经人工放行', 'recorder not registered, released by a person'),
  BODYCAM_USER_MISMATCH: both(
    '使用人与登记不符，经人工放行',
    'not its registered user, released by a person',
  ),
  BODYCAM_INTEGRITY_DIFFERS: both(
    '完整性校验值不符，经人工放行',
    'not what the recorder’s integrity id says, released by a person',
  ),
  BODYCAM_OUT_OF_SERVICE: both(
    '记录仪已报废或遗失，经人工放行',
    'recorder out of service, released by a person',
  ),
  BODYCAM_OUTSIDE_DUTY: both('不在领用时段内，经人工放行', 'outside the shift, released by a person'),
  // True.
  INTEGRITY_FAILED: both('原始文件残缺或与写入时不一致', 'an original is torn or not as it was written'),
  CHAIN_HEAD_LOST: both('证据链记录曾丢失', 'the record of the chain had been lost'),
  SIGNATURE_FAILED: both('签名密钥不能验签', 'the signing key does not verify'),
  PACKETS_MISSING: both('码流有缺口', 'packets are missing'),
  ORIGINAL_TRANSCODED: both('原始码流经过转码', 'the original was transcoded'),
  OTHER_STREAM: both('判定依据为同一摄像机的另一路码流', 'judged on another stream of the same camera'),
  NO_FOOTAGE: both('没有画面', 'no footage'),
  EVIDENCE_INCOMPLETE: both('证据包未能封存', 'no package could be sealed'),
  // Clear.
  RESOLUTION_LOW: both('分辨率不足', 'resolution too low'),
  TARGET_SMALL: both('目标像素过少', 'too few pixels on the target'),
  BLURRED: both('画面模糊', 'picture blurred'),
  TARGET_BLURRED: both('目标模糊', 'target blurred'),
  TOO_DARK: both('目标过暗', 'target too dark'),
  TOO_BRIGHT: both('目标过曝', 'target burnt out'),
  CONTRAST_LOW: both('目标反差不足', 'target without contrast'),
  TARGET_COVERED: both('目标被经过的人或车遮挡', 'target hidden by who passes'),
  NO_TRACKS: both('没有检测模型，无法测量', 'no detector, not measurable'),
  NO_PICTURE: both('没有可测量的图片', 'no picture to measure'),
  // Complete.
  FOOTAGE_INCOMPLETE: both('画面不完整', 'footage incomplete'),
  STILLS_FEW: both('图片数量不足', 'too few stills'),
  STILLS_CLOSE: both('图片间隔过短', 'stills too close together'),
  DWELL_SHORT: both('停留时间短，间隔以其一半为准', 'short dwell: half of it is the interval'),
  CLIP_SHORT: both('视频过短', 'clip too short'),
  SPAN_NOT_SHOWN: both('起始或确认时刻没有图片', 'beginning or confirmation not shown'),
  PLACE_UNKNOWN: both('地点信息不全', 'place not fully stated'),
  SCENE_BEFORE_MISSING: both('没有行为发生前的画面', 'no picture of the place before'),
  // Accurate.
  CLOCK_UNCHECKED: both('时钟未校验', 'clock not checked'),
  CLOCK_OFF: both('时钟误差超过 1 秒', 'clock more than 1 s off'),
  CLOCK_CHECK_OLD: both('校时结果过旧', 'the clock was checked too long ago'),
  CAMERA_CLOCK_UNREAD: both('摄像机自身时钟读不到', 'the camera’s own clock cannot be read'),
  CAMERA_MOVED: both('摄像机视角已移动', 'the camera has moved'),
  VIEW_UNLIKE: both('与布设时的画面无法比对', 'not comparable with the commissioning picture'),
  NOT_COMMISSIONED: both('尚无布设时的画面', 'no commissioning picture yet'),
  CONFIG_UNKNOWN: both('区域配置版本未知', 'version of the zones unknown'),
} as const
export type Reason = keyof typeof REASON_WORDS

export const CHECK_WORDS = {
  HASHES: both('写入与封存时哈希一致', 'hash at writing and at sealing'),
  CHAIN: both('证据链衔接', 'link of the chain'),
  SIGNATURE: both('签名密钥', 'signing key'),
  UNBROKEN: both('原始码流连续', 'packets without a gap'),
  UNTOUCHED: both('未转码、未叠加', 'not transcoded, nothing drawn'),
  ANALYSED: both('判定所用码流', 'stream that was judged'),
  RESOLUTION: both('分辨率', 'resolution'),
  TARGET_PIXELS: both('目标像素', 'pixels on target'),
  SHARPNESS: both('全图清晰度', 'sharpness of the picture'),
  TARGET_SHARPNESS: both('目标清晰度', 'sharpness of the target'),
  DARKNESS: both('目标暗部', 'darkness of the target'),
  BRIGHTNESS: both('目标亮部', 'brightness of the target'),
  CONTRAST: both('目标反差', 'contrast of the target'),
  OCCLUSION: both('目标遮挡', 'target hidden'),
  PLAN: both('取证方案各项', 'items of the plan'),
  STILLS: both('图片数量', 'number of stills'),
  SPACING: both('图片间隔', 'interval of stills'),
  CLIP_GAPS: both('视频连续', 'clip without a gap'),
  CLIP_LENGTH: both('视频长度', 'length of the clip'),
  SPAN: both('起始至确认均有画面', 'from beginning to confirmation'),
  PLACE: both('地点信息', 'place'),
  SCENE_BEFORE: both('行为前画面', 'the place before'),
  CLOCK_OFFSET: both('时钟误差', 'clock offset'),
  CLOCK_AGE: both('距上次校时', 'since the clock was checked'),
  CAMERA_CLOCK: both('摄像机时钟', 'the camera’s own clock'),
  CAMERA_MOVED: both('视角位移', 'view moved'),
  ZONES: both('区域配置版本', 'version of the zones'),
} as const
export type CheckId = keyof typeof CHECK_WORDS
