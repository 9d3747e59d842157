/** Faults of: the ledger of the body-cams, their clocks, what people do about recordings. */
import { entry } from './entry.ts'

export const BODYCAM_FAULTS = {
  BODYCAM_LEDGER_BROKEN: entry(
    [
      'The device ledger does not fit together at entry {entry}.',
      'Entries go on being written.',
      'Keep the database file and call an auditor.',
    ],
    ['装备台账在第 {entry} 条处不连贯。', '继续写入后续记录。', '请保留数据库文件并通知督察人员。'],
  ),
  BODYCAM_DEVICE_UNKNOWN: entry(
    [
      'Body-cam {device} is not registered.',
      'Nothing was noted.',
      'Check the serial, or register it under devices.bodycams.',
    ],
    ['记录仪 {device} 未登记。', '未作记录。', '请核对序列号，或在 devices.bodycams 中登记。'],
  ),
  BODYCAM_NOT_IN_SERVICE: entry(
    [
      'Body-cam {device} is not in service ({status}).',
      'It was not handed out.',
      'Take another one, or note in the ledger that it is in service again.',
    ],
    ['记录仪 {device} 不在用（{status}）。', '未予领用。', '请领用其他设备，或在台账中登记恢复使用。'],
  ),
  BODYCAM_OUT_ALREADY: entry(
    [
      'Body-cam {device} is with {person} since {since}.',
      'It was not handed out twice.',
      'Check it in first.',
    ],
    ['记录仪 {device} 自 {since} 起由 {person} 领用。', '未重复领用。', '请先办理归还。'],
  ),
  BODYCAM_NOT_OUT: entry(
    ['Body-cam {device} is not checked out.', 'Nothing was noted.', 'Check the serial and the time.'],
    ['记录仪 {device} 当前未被领用。', '未作记录。', '请核对序列号与时间。'],
  ),
  BODYCAM_PERSON_WRONG: entry(
    [
      'Body-cam {device} may not be handed to {person}: not in the list of people, or it is assigned to somebody else.',
      'It was not handed out; recorders are lent to nobody.',
      'Check the badge number and `personId` of the device.',
    ],
    [
      '记录仪 {device} 不能由 {person} 领用：不在人员名单中，或设备已登记给他人。',
      '未予领用；装备不得外借、转借。',
      '请核对执法编号与设备的 `personId`。',
    ],
  ),
  BODYCAM_TIME_WRONG: entry(
    [
      'The time {time} for body-cam {device} does not fit: not before {earliest}, nor in the future.',
      'Nothing was noted.',
      'Give the time of the hand-over, in the order in which they happened.',
    ],
    [
      '记录仪 {device} 的时间 {time} 不合理：不得早于 {earliest}，也不得晚于现在。',
      '未作记录。',
      '请按发生先后填写交接时间。',
    ],
  ),
  BODYCAM_CLOCK_REFUSED: entry(
    [
      'The comparison of clocks cannot be used ({reason}).',
      'No offset was noted.',
      'Begin it anew: ask, and tell within a minute.',
    ],
    ['时钟比对无效（{reason}）。', '未记录误差。', '请重新发起比对，并在一分钟内完成。'],
  ),
  BODYCAM_OUT_OF_SERVICE: entry(
    [
      'Recording {recording} comes from body-cam {device}, which the ledger has as {status}.',
      'It is kept in quarantine and not analysed.',
      'Find out who used it; correct the ledger and have it re-examined, or release it with a reason.',
    ],
    [
      '执法记录 {recording} 来自台账中状态为 {status} 的记录仪 {device}。',
      '已隔离保存，不参与分析。',
      '请核实使用人；更正台账后重新审查，或说明理由后放行。',
    ],
  ),
  BODYCAM_OUTSIDE_DUTY: entry(
    [
      'Recording {recording} of body-cam {device} by {user} lies outside their duty: by the ledger it was with {holder} (- is nobody).',
      'It is kept in quarantine and not analysed.',
      'Clear up who wore it; release it with a reason when it is right.',
    ],
    [
      '执法记录 {recording}（记录仪 {device}，使用人 {user}）不在其领用时段内：台账显示当时由 {holder} 持有（- 为无人）。',
      '已隔离保存，不参与分析。',
      '请核实佩戴人；确认无误的，说明理由后放行。',
    ],
  ),
  BODYCAM_BYTES_CHANGED: entry(
    [
      'The file of recording {recording} is not as it arrived (SHA-256 {sha256} then).',
      'It is kept in quarantine and not analysed.',
      'Call an auditor; compare with the original on the device.',
    ],
    [
      '执法记录 {recording} 的文件与到达时不一致（当时 SHA-256 为 {sha256}）。',
      '已隔离保存，不参与分析。',
      '请通知督察人员，并与设备上的原始文件比对。',
    ],
  ),
  RECORDING_NOT_QUARANTINED: entry(
    [
      'Recording {recording} is not in quarantine ({status}).',
      'Nothing was changed.',
      'Look at its state in the console.',
    ],
    ['执法记录 {recording} 不在隔离状态（{status}）。', '未做任何修改。', '请在控制台查看其状态。'],
  ),
  RECORDING_NOT_RELEASABLE: entry(
    [
      'Recording {recording} cannot be released: {because}.',
      'It stays in quarantine.',
      'Put right what is wrong and upload it again.',
    ],
    ['执法记录 {recording} 不能放行：{because}。', '继续隔离保存。', '请更正后重新上传。'],
  ),
  PRESENCE_NOT_CERTIFIED: entry(
    [
      '{by} held no certificate in force when {recording} was made, or holds none today.',
      'The limit stays.',
      'An officer who was there and is certified confirms it.',
    ],
    [
      '{by} 在执法记录 {recording} 拍摄时或今日不持有有效执法证件。',
      '证据限制不变。',
      '请由当时在场且持证的执法人员确认。',
    ],
  ),
  PRESENCE_OWN: entry(
    [
      '{by} made the recording {recording} and cannot vouch for it.',
      'The limit stays.',
      'Another officer who was there confirms it.',
    ],
    [
      '{by} 是执法记录 {recording} 的拍摄人，不能为自己确认。',
      '证据限制不变。',
      '请由当时在场的其他执法人员确认。',
    ],
  ),
  PRESENCE_NOT_NEEDED: entry(
    [
      'Nothing about recording {recording} hangs on whether {by} was there.',
      'Nothing was changed.',
      'Look at its limits; a recording in quarantine is released first.',
    ],
    [
      '执法记录 {recording} 的证据限制与 {by} 是否在场无关。',
      '未做任何修改。',
      '请查看其证据限制；隔离中的记录须先放行。',
    ],
  ),
  RECORDING_NOT_ANALYSED: entry(
    [
      'Recording {recording} was not looked at: there is no detector.',
      'It is kept, linked by time, place and officer, and counts as not analysed.',
      'Add a model (`lushao models add`, then `model:` in the configuration) and start anew.',
    ],
    [
      '执法记录 {recording} 未分析：没有检测模型。',
      '记录已保存，按时间、位置、人员关联，标记为未分析。',
      '请添加模型（`lushao models add`，并在配置中填写 `model:`）后重新启动。',
    ],
  ),
  INCIDENT_VERSIONS_MAX: entry(
    [
      'The report of recording {recording} has been written too often.',
      'The versions there are stay.',
      'Write what is new into the file of the case.',
    ],
    ['执法记录 {recording} 的事件报告版本过多。', '已有版本保留。', '请将新增内容写入案卷。'],
  ),
  BODYCAM_INTEGRITY_DIFFERS: entry(
    [
      'Recording {recording} does not add up to what the recorder says ({said}).',
      'It is kept in quarantine as it came and not analysed.',
      'Compare it with the file on the recorder; upload that one, or release this one with a reason.',
    ],
    [
      '执法记录 {recording} 与设备给出的完整性校验值不符（{said}）。',
      '已按原样隔离保存，不参与分析。',
      '请与记录仪上的文件核对后重新上传，或说明理由后放行。',
    ],
  ),
} as const
