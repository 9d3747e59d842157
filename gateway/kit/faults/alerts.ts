/** Faults of: alerts, outbox, mqtt. */
import { entry } from './entry.ts'

export const ALERTS_FAULTS = {
  ALERT_UNKNOWN: entry(
    ['There is no alert {event}.', 'Nothing was changed.', 'Check the event id.'],
    ['不存在告警 {event}。', '未作任何更改。', '请检查事件编号。'],
  ),
  ALERT_TRANSITION_REFUSED: entry(
    [
      'Alert {event} cannot go from {from} to {to}: {reason}.',
      'Its state stays {from}.',
      'Give what is missing, or choose a state that may follow.',
    ],
    [
      '告警 {event} 不能从 {from} 转为 {to}：{reason}。',
      '状态仍为 {from}。',
      '请补充所缺内容，或选择允许的后续状态。',
    ],
  ),
  ALERT_UNDO_REFUSED: entry(
    [
      'The verdict on alert {event} was not taken back: {reason}.',
      'It stands.',
      'Ask the duty leader to revoke the record, with a reason.',
    ],
    ['告警 {event} 的核实结论未撤回：{reason}。', '结论仍然有效。', '请由值班负责人说明理由后撤销记录。'],
  ),
  ALERT_CHANGE_REFUSED: entry(
    [
      'Alert {event} was not changed ({what}): {reason}.',
      'It stays as it is.',
      'Give what is missing, or leave it to somebody who may.',
    ],
    [
      '告警 {event} 未作更改（{what}）：{reason}。',
      '其内容保持不变。',
      '请补充所缺内容，或由有权限的人员办理。',
    ],
  ),
  EVIDENCE_STATUS_REFUSED: entry(
    [
      'The evidence of alert {event} cannot go from {from} to {to}: {reason}.',
      'Its status stays {from}.',
      'Settle what holds it back; two certified officers review it on the platform.',
    ],
    [
      '告警 {event} 的证据状态不能从 {from} 转为 {to}：{reason}。',
      '证据状态仍为 {from}。',
      '请消除限制原因；须由两名持有效证件的执法人员在平台审核。',
    ],
  ),
  SAME_ACT_ELSEWHERE: entry(
    [
      'Alert {event} is the same act as {primary}, so it cannot become {to}: one act leads to one case.',
      'Its state stays as it is.',
      'Go on with {primary}, or split the two with a reason.',
    ],
    [
      '告警 {event} 与 {primary} 属同一行为，不能转为 {to}：一事不二罚。',
      '状态保持不变。',
      '请在 {primary} 上继续办理，或说明理由后拆分。',
    ],
  ),
  FILM_NOT_LINKED: entry(
    [
      'Recording {recording} and alert {event} were not linked or unlinked so: {reason}.',
      'Nothing was changed.',
      'Choose an accepted recording and an alert of the box; only what is linked or suggested can be unlinked.',
    ],
    [
      '执法记录 {recording} 与告警 {event} 的关联未作更改：{reason}。',
      '未作任何更改。',
      '请选择已接收的执法记录和本机告警；只有已关联或建议关联的才能取消。',
    ],
  ),
  ACTS_NOT_LINKED: entry(
    [
      'Alerts {event} and {other} cannot be merged or split so: {reason}.',
      'Nothing was changed.',
      'Check the two alerts and their links.',
    ],
    ['告警 {event} 与 {other} 不能如此合并或拆分：{reason}。', '未作任何更改。', '请核对两条告警及其关联。'],
  ),
  TRANSFER_INCOMPLETE: entry(
    [
      'Alert {event} cannot be passed to another agency: {missing} is missing.',
      'It stays where it is.',
      'Name the agency, the reason, and wait until its evidence is sealed.',
    ],
    [
      '告警 {event} 不能移送：缺少 {missing}。',
      '仍由原单位办理。',
      '请写明接收单位和移送原因，并等待证据封存。',
    ],
  ),
  HOLD_REFUSED: entry(
    [
      'The legal hold on alert {event} is not lifted: {reason}.',
      'It stays held.',
      'Let another person lift it.',
    ],
    ['告警 {event} 的法定保全未解除：{reason}。', '继续保全。', '请由另一人确认解除。'],
  ),
  ROLE_NOT_ALLOWED: entry(
    [
      '{by} ({role}) may not give the command {name}: it takes {allowed}.',
      'Nothing was done.',
      'Let somebody with that role do it, or correct the list of people.',
    ],
    [
      '{by}（{role}）无权下发命令 {name}，需要 {allowed}。',
      '未执行任何操作。',
      '请由具备相应角色的人员下发，或更正人员名单。',
    ],
  ),
  PEOPLE_STALE: entry(
    [
      'The list of people was last synced {hours} h ago.',
      'It is used as it is; certificates may have expired or been renewed since.',
      'Check that the platform sends the command people.',
    ],
    [
      '人员名单已 {hours} 小时未同步。',
      '继续使用现有名单；期间证件可能已到期或更新。',
      '请检查平台是否下发 people 命令。',
    ],
  ),
  CONFIG_CHANGE_REFUSED: entry(
    [
      'The change {change} of the configuration is refused: {reason}.',
      'The configuration in force stays as it is.',
      'Correct the change and propose it again.',
    ],
    ['配置变更 {change} 被拒绝：{reason}。', '现行配置保持不变。', '请更正后重新提出。'],
  ),
  REPORT_PERIOD_WRONG: entry(
    [
      'No report from {from} to {to} can be made: {reason}.',
      'Nothing was made.',
      'Give whole months or quarters; hot spots take any days.',
    ],
    [
      '无法生成 {from} 至 {to} 的报表：{reason}。',
      '未生成任何内容。',
      '请按整月或整季度指定；高发点位分析可指定任意日期。',
    ],
  ),
  OUTBOX_BACKLOG: entry(
    [
      '{depth} messages wait for the back end, the oldest for {ageSec} s.',
      'All are kept on disk and sent again until acknowledged.',
      'Check the broker and that the platform acknowledges.',
    ],
    [
      '{depth} 条消息等待平台确认，最早的已等待 {ageSec} 秒。',
      '全部保留在磁盘上，重发直至确认。',
      '请检查消息代理以及平台是否在确认。',
    ],
  ),
  MESSAGE_MALFORMED: entry(
    [
      'A message on {topic} cannot be read: {reason}.',
      'It is ignored.',
      'Check what the sender writes there.',
    ],
    ['{topic} 上的消息无法解析：{reason}。', '已忽略。', '请检查发送方的内容。'],
  ),
  COMMAND_EXPIRED: entry(
    [
      'The command {name} ({id}) expired at {expiresAt}.',
      'It is not obeyed.',
      'Send a new one; check both clocks.',
    ],
    ['命令 {name}（{id}）已于 {expiresAt} 过期。', '不予执行。', '请重新下发，并核对双方时钟。'],
  ),
  COMMAND_LIVES_TOO_LONG: entry(
    [
      'The command {name} ({id}) expires at {expiresAt}, more than {lifetimeMaxSec} s from now.',
      'It is not obeyed.',
      'Let it expire sooner; check both clocks.',
    ],
    [
      '命令 {name}（{id}）的有效期至 {expiresAt}，超过 {lifetimeMaxSec} 秒。',
      '不予执行。',
      '请缩短有效期，并核对双方时钟。',
    ],
  ),
  COMMAND_RETAINED: entry(
    [
      'The command {name} ({id}) was sent retained.',
      'It is not obeyed.',
      'Send commands without the retain flag.',
    ],
    ['命令 {name}（{id}）带有保留标志。', '不予执行。', '请不带保留标志下发命令。'],
  ),
  COMMAND_REPEATED: entry(
    ['The command {name} ({id}) was answered before.', 'It is not done twice.', 'Read the first answer.'],
    ['命令 {name}（{id}）此前已答复。', '不会重复执行。', '请查看首次答复。'],
  ),
  COMMAND_UNAUTHORISED: entry(
    ['{by} may not give the command {name} by MQTT.', 'It is not obeyed.', 'Check mqtt.commands.'],
    ['{by} 无权通过 MQTT 下发命令 {name}。', '不予执行。', '请检查 mqtt.commands。'],
  ),
  COMMAND_UNKNOWN: entry(
    ['There is no command {name}.', 'Nothing was done.', 'See the message reference for the names.'],
    ['不存在命令 {name}。', '未执行任何操作。', '请查阅消息说明中的命令名。'],
  ),
  COMMAND_UNSUPPORTED: entry(
    [
      'The command {name} is not supported by this gateway yet.',
      'Nothing was done.',
      'Use a gateway that supports it.',
    ],
    ['本网关尚不支持命令 {name}。', '未执行任何操作。', '请使用支持该命令的网关。'],
  ),
  COMMAND_ARGS_WRONG: entry(
    [
      'The command {name} was given a wrong {path}: {reason}.',
      'Nothing was done.',
      'Correct it and send a new command.',
    ],
    ['命令 {name} 的参数 {path} 有误：{reason}。', '未执行任何操作。', '请更正后重新下发。'],
  ),
  BROKER_UNREACHABLE: entry(
    [
      'The broker {url} cannot be reached ({reason}).',
      'Alerts wait on disk; trying again in {retryMs} ms.',
      'Check mqtt.url and the network.',
    ],
    [
      '无法连接消息代理 {url}（{reason}）。',
      '告警在磁盘上等待；{retryMs} 毫秒后重试。',
      '请检查 mqtt.url 和网络。',
    ],
  ),
  BROKER_REFUSED: entry(
    [
      'The broker {url} refuses this gateway ({reason}).',
      'Alerts wait on disk; trying again in {retryMs} ms.',
      'Check mqtt.username and mqtt.password, and what the broker allows that user.',
    ],
    [
      '消息代理 {url} 拒绝本网关（{reason}）。',
      '告警在磁盘上等待；{retryMs} 毫秒后重试。',
      '请检查 mqtt.username、mqtt.password 以及代理对该用户的授权。',
    ],
  ),
  STORE_FAILED: entry(
    [
      'The store of this gateway failed ({reason}).',
      'What was not written counts as not done and is tried again.',
      'Check the disk: full, or failing.',
    ],
    ['本网关的存储出错（{reason}）。', '未写入的内容视为未完成，将重试。', '请检查磁盘是否已满或损坏。'],
  ),
  BROKER_PORT_TAKEN: entry(
    [
      'The embedded broker cannot listen on {host}:{port} ({reason}).',
      'It is not started.',
      'Change mqtt.embedded.port.',
    ],
    ['内置消息代理无法监听 {host}:{port}（{reason}）。', '未启动。', '请修改 mqtt.embedded.port。'],
  ),
  MESSAGE_TOO_LARGE: entry(
    [
      'A message for {topic} has {bytes} bytes, {bytesMax} are allowed.',
      'It is not taken into the outbox.',
      'Pictures and clips travel by HTTP; report this with the log.',
    ],
    [
      '发往 {topic} 的消息有 {bytes} 字节，上限为 {bytesMax}。',
      '未放入发件箱。',
      '图片和视频应走 HTTP；请附日志反馈。',
    ],
  ),
}
