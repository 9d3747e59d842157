/**
 * The error catalogue. One entry a code, sorted by the room that raises it; `docs/errors.md` is generated from it
 * and a test checks that every code is raised somewhere and documented.
 *
 * `what` happened, what the gateway does `next`, what the operator can do (`todo`). `{name}` is replaced by a value.
 */
interface Sentence {
  readonly what: string
  readonly next: string
  readonly todo: string
}
interface Entry {
  readonly en: Sentence
  readonly zh: Sentence
}

const entry = (en: [string, string, string], zh: [string, string, string]): Entry => ({
  en: { what: en[0], next: en[1], todo: en[2] },
  zh: { what: zh[0], next: zh[1], todo: zh[2] },
})

export const CATALOGUE = {
  // ── command line ──────────────────────────────────────────────────────────────────────────────
  USAGE: entry(
    ['{reason}.', 'Nothing was done.', 'See `lushao {command} --help`.'],
    ['{reason}。', '未执行任何操作。', '请查看 `lushao {command} --help`。'],
  ),
  RESTART_NEEDED: entry(
    [
      'The new configuration changes options that are read at the start only: {options}.',
      'The old ones stay in force, the rest of the change is made.',
      'Restart the gateway when convenient.',
    ],
    [
      '新配置改动了仅在启动时读取的选项：{options}。',
      '这些选项沿用旧值，其余改动已生效。',
      '请在方便时重启网关。',
    ],
  ),
  GATEWAY_BUG: entry(
    [
      'The gateway met a state that must not be ({reason}).',
      'It stops at once with exit code 1; what was raised and sealed is on disk.',
      'Let the service manager start it again, and report this line with the version.',
    ],
    [
      '网关遇到不应出现的状态（{reason}）。',
      '进程立即以退出码 1 结束；已发出的告警和已封存的证据均在磁盘上。',
      '请由服务管理器重新启动，并连同版本号上报本行日志。',
    ],
  ),
  FILE_UNREADABLE: entry(
    ['The file {path} cannot be read ({reason}).', 'It is skipped.', 'Check the path and its permissions.'],
    ['文件 {path} 无法读取（{reason}）。', '已跳过。', '请检查路径和权限。'],
  ),

  // ── streams ───────────────────────────────────────────────────────────────────────────────────
  FFMPEG_MISSING: entry(
    [
      'ffmpeg was not found.',
      'Nothing can be read or decoded without it.',
      'Install it, for example `apt-get install ffmpeg`.',
    ],
    ['未找到 ffmpeg。', '没有它无法读取或解码视频。', '请安装，例如 `apt-get install ffmpeg`。'],
  ),
  FFMPEG_TOO_OLD: entry(
    ['ffmpeg {version} is too old; {wanted} is needed.', 'It is not used.', 'Install a newer ffmpeg.'],
    ['ffmpeg {version} 版本过旧，需要 {wanted}。', '不会使用它。', '请安装较新的 ffmpeg。'],
  ),
  STREAM_MALFORMED: entry(
    [
      'The media stream is malformed ({reason}).',
      'The connection is opened anew.',
      'If it repeats, check the source of the video.',
    ],
    ['媒体流格式有误（{reason}）。', '将重新建立连接。', '若反复出现，请检查视频来源。'],
  ),
  CAMERA_UNREACHABLE: entry(
    [
      'Camera {camera} cannot be reached ({reason}).',
      'It is tried again with growing waits.',
      'Check its power, cable and address.',
    ],
    ['无法连接摄像机 {camera}（{reason}）。', '将以逐渐增大的间隔重试。', '请检查其电源、网线和地址。'],
  ),
  CAMERA_REFUSED: entry(
    [
      'Camera {camera} refused the user or password.',
      'It is tried again with long waits, so that it does not lock the account.',
      'Check user and password in its url.',
    ],
    [
      '摄像机 {camera} 拒绝了用户名或密码。',
      '将以较长间隔重试，以免账户被锁定。',
      '请检查其 url 中的用户名和密码。',
    ],
  ),
  CAMERA_NOT_FOUND: entry(
    [
      'Camera {camera} answers, but has no stream at this path.',
      'It is tried again with growing waits.',
      'Check the path in its url.',
    ],
    ['摄像机 {camera} 有应答，但该路径下没有视频流。', '将以逐渐增大的间隔重试。', '请检查其 url 中的路径。'],
  ),
  CAMERA_TRANSPORT: entry(
    [
      'Camera {camera} does not offer this transport.',
      'It is tried again with growing waits.',
      'Set transport to the other of tcp and udp.',
    ],
    [
      '摄像机 {camera} 不支持该传输方式。',
      '将以逐渐增大的间隔重试。',
      '请将 transport 改为 tcp 或 udp 中的另一种。',
    ],
  ),
  CAMERA_NOT_VIDEO: entry(
    [
      'Camera {camera} sends no video that can be used ({reason}).',
      'It is tried again with growing waits.',
      'Set the camera to H.264 or H.265.',
    ],
    [
      '摄像机 {camera} 未发送可用的视频（{reason}）。',
      '将以逐渐增大的间隔重试。',
      '请将摄像机编码设为 H.264 或 H.265。',
    ],
  ),
  CAMERA_STALLED: entry(
    [
      'Camera {camera} sent nothing for {seconds} s.',
      'It is connected anew.',
      'If it repeats, check the network and the load of the camera.',
    ],
    ['摄像机 {camera} 已 {seconds} 秒未发送数据。', '将重新连接。', '若反复出现，请检查网络和摄像机负载。'],
  ),
  CAMERA_CLOSED: entry(
    [
      'Camera {camera} ended the stream.',
      'It is connected anew.',
      'If it repeats, check whether the camera restarts or serves too many viewers.',
    ],
    ['摄像机 {camera} 结束了视频流。', '将重新连接。', '若反复出现，请检查摄像机是否重启或连接数过多。'],
  ),
  CAMERA_CHANGED: entry(
    [
      'Camera {camera} changed its picture size, its coding or its clock.',
      'It is connected anew.',
      'Nothing needs to be done.',
    ],
    ['摄像机 {camera} 更改了画面尺寸、编码或时钟。', '将重新连接。', '无需处理。'],
  ),
  FILE_EMPTY: entry(
    ['The file {path} is empty.', 'It is skipped.', 'Copy it again from where it was recorded.'],
    ['文件 {path} 为空。', '已跳过。', '请从录制设备重新拷贝。'],
  ),
  FILE_NOT_VIDEO: entry(
    [
      'The file {path} is no video that can be read ({reason}).',
      'It is skipped.',
      'Check that it is the right file and was copied whole.',
    ],
    ['文件 {path} 不是可读取的视频（{reason}）。', '已跳过。', '请确认文件正确且拷贝完整。'],
  ),
  FILE_NO_VIDEO_TRACK: entry(
    ['The file {path} holds no video track.', 'It is skipped.', 'Check that it is the right file.'],
    ['文件 {path} 中没有视频轨道。', '已跳过。', '请确认文件是否正确。'],
  ),
  FILE_UNFINISHED: entry(
    [
      'The file {path} was never finished by its recorder (its index is missing).',
      'It is skipped.',
      'Copy it again from the device, or have its maker repair it.',
    ],
    ['文件 {path} 录制未正常结束（缺少索引）。', '已跳过。', '请从设备重新拷贝，或请厂商修复。'],
  ),
  FILE_TRUNCATED: entry(
    [
      'The file {path} ends after {readSec} s of {declaredSec} s.',
      'What is there was analysed.',
      'Copy it again from where it was recorded.',
    ],
    [
      '文件 {path} 应有 {declaredSec} 秒，实际只到 {readSec} 秒。',
      '已分析现有部分。',
      '请从录制设备重新拷贝。',
    ],
  ),
  FILE_UNDECODABLE: entry(
    [
      'No picture of the file {path} could be decoded ({reason}).',
      'It is skipped.',
      'Try to play it elsewhere; copy it again.',
    ],
    ['文件 {path} 没有任何画面能被解码（{reason}）。', '已跳过。', '请尝试用其他软件播放，或重新拷贝。'],
  ),

  // ── frames ────────────────────────────────────────────────────────────────────────────────────
  DECODER_LOST: entry(
    [
      'The decoder of {source} ended unexpectedly.',
      'Live: it is started again. A file: its analysis is given up.',
      'Check memory and the log; analyse the file again.',
    ],
    [
      '{source} 的解码器意外退出。',
      '实时流将自动重启解码器；文件分析将中止。',
      '请检查内存和日志；重新分析该文件。',
    ],
  ),

  // ── detections and models ─────────────────────────────────────────────────────────────────────
  MODEL_MISSING: entry(
    ['The model file {path} is not there.', 'No frame is analysed with it.', 'Check model.file.'],
    ['找不到模型文件 {path}。', '不会用它分析任何画面。', '请检查 model.file。'],
  ),
  MODEL_UNREADABLE: entry(
    [
      'The model file {path} cannot be used ({reason}).',
      'It is refused.',
      'Fetch the file again from its origin.',
    ],
    ['模型文件 {path} 无法使用（{reason}）。', '已拒绝加载。', '请从来源重新获取该文件。'],
  ),
  MODEL_HASH_MISMATCH: entry(
    [
      'The model file {path} has sha256 {actual}, its manifest says {expected}.',
      'It is refused.',
      'Fetch the file again, or give the manifest that belongs to it.',
    ],
    [
      '模型文件 {path} 的 sha256 为 {actual}，清单要求 {expected}。',
      '已拒绝加载。',
      '请重新获取文件，或提供与其相符的清单。',
    ],
  ),
  MODEL_MANIFEST_MISSING: entry(
    [
      'No manifest belongs to the model file {path} (sha256 {actual}).',
      'It is refused.',
      'Put {path}.manifest.json beside it, or name one in model.manifest; `lushao models add` suggests one.',
    ],
    [
      '模型文件 {path}（sha256 {actual}）没有对应的清单。',
      '已拒绝加载。',
      '请在其旁放置 {path}.manifest.json，或在 model.manifest 中指定；`lushao models add` 可给出建议。',
    ],
  ),
  MODEL_MANIFEST_INVALID: entry(
    ['The model manifest {path} is wrong: {reason}.', 'The model is refused.', 'Correct the manifest.'],
    ['模型清单 {path} 有误：{reason}。', '已拒绝加载该模型。', '请修正清单。'],
  ),
  MODEL_SHAPE_WRONG: entry(
    [
      'The model {model} does not have the shape its manifest says: {reason}.',
      'It is refused.',
      'Give the manifest that belongs to this model.',
    ],
    ['模型 {model} 的形状与清单不符：{reason}。', '已拒绝加载。', '请提供与该模型相符的清单。'],
  ),
  MODEL_FAILED: entry(
    [
      'The model {model} failed on a frame or its worker died ({reason}).',
      'The frame counts as not analysed; a dead worker is replaced in {retryMs} ms.',
      'If it repeats, check memory and run `lushao models verify`.',
    ],
    [
      '模型 {model} 处理画面失败或其工作线程退出（{reason}）。',
      '该画面按未分析计；退出的线程将在 {retryMs} 毫秒后重启。',
      '如反复出现，请检查内存并运行 `lushao models verify`。',
    ],
  ),
  MODEL_MANIFEST_SUGGESTED: entry(
    [
      'The model file {path} has no manifest; one is suggested from what the file says of itself. Uncertain: {uncertain}.',
      'The model is refused until somebody has read the manifest and saved it.',
      'Correct the suggestion, save it as {path}.manifest.json and add the model again.',
    ],
    [
      '模型文件 {path} 没有清单；已根据文件自述给出建议清单。不确定之处：{uncertain}。',
      '在有人核对并保存清单之前，拒绝加载该模型。',
      '请修正建议清单，保存为 {path}.manifest.json 后重新添加。',
    ],
  ),
  MODEL_FAMILY_UNKNOWN: entry(
    [
      'The model file {path} has no manifest, and its outputs are those of no family known here: {outputs}.',
      'It is refused.',
      'Export it in one of the forms that models/README.md lists, or write its manifest.',
    ],
    [
      '模型文件 {path} 没有清单，其输出不属于任何已知类型：{outputs}。',
      '已拒绝加载。',
      '请按 models/README.md 所列形式重新导出，或自行编写清单。',
    ],
  ),
  MODEL_LICENCE_NETWORK_COPYLEFT: entry(
    [
      'The model {model} is under {licence}, whose terms reach whoever uses the product over a network.',
      'It is not refused for that.',
      'Offer them the source of the whole product under the same terms, buy another licence, or take another model.',
    ],
    [
      '模型 {model} 采用 {licence} 许可，其条款及于通过网络使用本产品的人。',
      '不因此拒绝加载。',
      '请以相同条款向其提供整个产品的源代码，或购买其他许可，或更换模型。',
    ],
  ),
  MODEL_LICENCE_COPYLEFT: entry(
    [
      'The model {model} is under {licence}, whose terms pass on to what is distributed with it.',
      'It is not refused for that.',
      'Before you hand the box or its software to others, have the terms read.',
    ],
    [
      '模型 {model} 采用 {licence} 许可，其条款随一并分发的内容传递。',
      '不因此拒绝加载。',
      '在向他人交付设备或软件之前，请先审阅条款。',
    ],
  ),
  MODEL_LICENCE_SHARE_ALIKE: entry(
    [
      'The model {model} is under {licence}: what is derived from it must be shared under the same terms.',
      'It is not refused for that.',
      'Name its authors, and publish a network that you train on from it under the same licence.',
    ],
    [
      '模型 {model} 采用 {licence} 许可：其衍生内容须以相同条款共享。',
      '不因此拒绝加载。',
      '请署名作者；在其基础上再训练的网络须以同一许可发布。',
    ],
  ),
  MODEL_LICENCE_NON_COMMERCIAL: entry(
    [
      'The model {model} is under {licence}, which allows no commercial use.',
      'It is not refused for that.',
      'Ask whether your use counts as commercial before it goes into service, or take another model.',
    ],
    [
      '模型 {model} 采用 {licence} 许可，不允许商业使用。',
      '不因此拒绝加载。',
      '投入使用前请确认用途是否属于商业用途，或更换模型。',
    ],
  ),
  MODEL_LICENCE_OWN_TERMS: entry(
    [
      'The model {model} is under {licence}, terms of its own that are not known here.',
      'It is not refused for that.',
      'Read them before the model goes into service.',
    ],
    ['模型 {model} 采用 {licence} 许可，其自有条款未知。', '不因此拒绝加载。', '投入使用前请阅读该条款。'],
  ),

  // ── violations ────────────────────────────────────────────────────────────────────────────────
  MEMORY_UNUSABLE: entry(
    [
      'The saved state {path} cannot be used ({reason}).',
      'The camera starts fresh and learns its background.',
      'Acts that were only suspected begin anew; nothing to do.',
    ],
    [
      '保存的状态 {path} 无法使用（{reason}）。',
      '该摄像机重新开始并学习背景。',
      '尚在疑似阶段的行为将重新计时，无需处理。',
    ],
  ),
  MEMORY_NOT_SAVED: entry(
    [
      'The state of a camera could not be saved to {path} ({reason}).',
      'The camera goes on; saving is tried again.',
      'Check the disk: after a crash the acts of the last seconds would begin anew.',
    ],
    [
      '摄像机状态未能保存到 {path}（{reason}）。',
      '摄像机继续工作，并会再次保存。',
      '请检查磁盘：若此时崩溃，最近几秒的疑似行为将重新计时。',
    ],
  ),

  // ── evidence ──────────────────────────────────────────────────────────────────────────────────
  STORAGE_FULL: entry(
    [
      'There is no room for evidence at {path} ({reason}).',
      'Nothing is deleted; new footage is refused until there is room.',
      'Free space on that disk, or move storage.folder to a larger one.',
    ],
    [
      '{path} 没有空间存放证据（{reason}）。',
      '不会删除任何内容；在腾出空间之前拒绝写入新的影像。',
      '请清理该磁盘，或将 storage.folder 移至更大的磁盘。',
    ],
  ),
  EVIDENCE_NOT_KEPT: entry(
    [
      'Evidence of {event} could not be kept: {what} ({reason}).',
      'The alert goes out all the same; without a package it says EVIDENCE_INCOMPLETE.',
      'Check the disk that storage.folder lies on.',
    ],
    [
      '事件 {event} 的证据未能保存：{what}（{reason}）。',
      '告警仍会发出；没有证据包时标注 EVIDENCE_INCOMPLETE。',
      '请检查 storage.folder 所在磁盘。',
    ],
  ),
  EVIDENCE_TORN: entry(
    [
      'The original {file} of {eventId} is incomplete; the box stopped while it was written, or the disk changed it.',
      'It is kept in the torn folder, named as missing in the package, and never sealed as whole.',
      'If this repeats without power cuts, check the disk.',
    ],
    [
      '{eventId} 的原始文件 {file} 不完整：写入时设备停止，或磁盘内容发生了变化。',
      '该文件移入 torn 目录，在证据包中列为缺失，绝不作为完整文件封存。',
      '若未断电而反复出现，请检查磁盘。',
    ],
  ),
  STILL_UNDECODABLE: entry(
    [
      'No picture could be decoded from {file} ({reason}).',
      'The original is sealed without derived pictures, and the package says so.',
      'Check that ffmpeg can decode this camera, and whether its stream is damaged.',
    ],
    [
      '无法从 {file} 解码出画面（{reason}）。',
      '原始文件照常封存，不含派生图片，证据包中已注明。',
      '请检查 ffmpeg 能否解码该摄像机，以及码流是否损坏。',
    ],
  ),
  EVIDENCE_UNREADABLE: entry(
    [
      'The evidence package {packageId} cannot be read ({reason}).',
      'It is left as it is.',
      'Run `lushao verify` on it to see what was changed.',
    ],
    [
      '证据包 {packageId} 无法读取（{reason}）。',
      '保持原样，不作改动。',
      '请用 `lushao verify` 查看其被改动之处。',
    ],
  ),
  CHAIN_HEAD_LOST: entry(
    [
      'The record of the chain of packages was lost.',
      'The chain goes on from package {packageId}, number {sequence}, the newest found on disk.',
      'Compare with the packages the platform received; check who had access to the disk.',
    ],
    [
      '证据链的记录文件丢失。',
      '从磁盘上最新的证据包 {packageId}（第 {sequence} 号）继续。',
      '请与平台已收到的证据包核对，并查明谁接触过该磁盘。',
    ],
  ),
  KEY_MISSING: entry(
    [
      'The signing key {file} cannot be used ({reason}).',
      'Nothing is sealed until there is a key.',
      'Restore the key from its backup, or make one with `lushao keys init` on a fresh box.',
    ],
    [
      '签名密钥 {file} 无法使用（{reason}）。',
      '在有可用密钥之前不封存任何证据包。',
      '请从备份恢复密钥；新设备可执行 `lushao keys init` 生成。',
    ],
  ),
  KEY_EXPOSED: entry(
    [
      'The signing key {file} can be read by other accounts.',
      'It is not used.',
      'Run `chmod 600` on it, find out who could read it, and consider `lushao keys rotate`.',
    ],
    [
      '签名密钥 {file} 可被其他账户读取。',
      '不使用该密钥。',
      '请执行 `chmod 600`，查明谁可能读取过，并考虑 `lushao keys rotate`。',
    ],
  ),
  KEY_EXISTS: entry(
    [
      'There is a signing key in {folder} already.',
      'It was left as it is.',
      'Use `lushao keys rotate` to replace it.',
    ],
    ['{folder} 中已有签名密钥。', '保持不变。', '如需更换，请使用 `lushao keys rotate`。'],
  ),

  // ── alerts, outbox, mqtt ──────────────────────────────────────────────────────────────────────
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

  // ── persuasion ────────────────────────────────────────────────────────────────────────────────
  SPEAKER_FAILED: entry(
    [
      'The speaker {speaker} did not play the notice ({reason}).',
      'The notice is recorded as failed; where the policy speaks by itself it is tried again.',
      'Check power, network and `devices.speakers` of it.',
    ],
    [
      '喊话设备 {speaker} 未播放劝导语（{reason}）。',
      '该次劝导记录为失败；由策略自动发起的会再次尝试。',
      '请检查该设备的电源、网络和 `devices.speakers` 配置。',
    ],
  ),
  NOTICE_FAILED: entry(
    [
      'The {channel} notice was not taken after {attempts} attempt(s) ({reason}).',
      'The notice is recorded as failed.',
      'Check the webhook in `devices.notices` and whoever runs it.',
    ],
    [
      '{channel} 通知尝试 {attempts} 次后仍未被接收（{reason}）。',
      '该次劝导记录为失败。',
      '请检查 `devices.notices` 中的接口地址及其服务方。',
    ],
  ),
  VOICE_MISSING: entry(
    [
      'Nobody can speak {script}: {program} does not run ({reason}) and there is no recording of it.',
      'Nothing is played; the notice is recorded as failed.',
      'Install espeak-ng (`node devices/box/setup.mjs --with espeak-ng`) or put recordings into `devices.voice.recordings`.',
    ],
    [
      '无法播报 {script}：{program} 不能运行（{reason}），也没有相应录音。',
      '未播放任何内容，该次劝导记录为失败。',
      '请安装 espeak-ng（`node devices/box/setup.mjs --with espeak-ng`），或在 `devices.voice.recordings` 中放入录音。',
    ],
  ),
  SCRIPT_UNKNOWN: entry(
    [
      'The script library has no script {script}; it has {known}.',
      'Nothing is said.',
      'Add the script, or name one of the library in the ladder of the rule.',
    ],
    [
      '劝导语库中没有 {script}；现有 {known}。',
      '未播放任何内容。',
      '请补充该劝导语，或在规则的劝导阶梯中改用库内已有的劝导语。',
    ],
  ),
  SCRIPT_FORBIDDEN: entry(
    [
      '{file}:{line} {path}: the text contains words that are never said in the street: {value}.',
      'The library is refused as a whole.',
      'Word it politely; the list stands under `forbidden` in the same file.',
    ],
    [
      '{file}:{line} {path}：文本含有执法忌语：{value}。',
      '整个劝导语库不予采用。',
      '请改用文明用语；忌语清单见同一文件的 `forbidden`。',
    ],
  ),
  TEXT_FORBIDDEN: entry(
    [
      'The text contains words that are never said in the street: {phrases}.',
      'Nothing is said.',
      'Word it politely, name nobody, and leave orders to certified officers.',
    ],
    [
      '文本含有执法忌语：{phrases}。',
      '未播放任何内容。',
      '请使用文明用语，不点名、不羞辱；责令须由持证执法人员作出。',
    ],
  ),
  PERSUASION_REFUSED: entry(
    ['No notice about alert {event}: {reason}.', 'Nothing is said.', 'See the history of the alert.'],
    ['告警 {event} 不能劝导：{reason}。', '未播放任何内容。', '请查看该告警的经过。'],
  ),
  RECHECK_REFUSED: entry(
    [
      'Alert {event} cannot be looked at again: {reason}.',
      'Nothing changes.',
      'See the history of the alert.',
    ],
    ['告警 {event} 不能复查：{reason}。', '状态不变。', '请查看该告警的经过。'],
  ),
  RECHECK_WITHOUT_PICTURE: entry(
    [
      'The act of alert {event} is over, but no picture shows it ({reason}).',
      'The alert stays in re-check; a person may close it with a picture.',
      'Look at the camera and at the evidence of the alert.',
    ],
    [
      '告警 {event} 的行为已结束，但没有整改后画面可以证明（{reason}）。',
      '该告警保持复查中，可由人员补充画面后办结。',
      '请查看该点位和该告警的证据。',
    ],
  ),

  // ── http, console, body-cam uploads ───────────────────────────────────────────────────────────
  NOT_LOGGED_IN: entry(
    [
      'This address needs a login or a token.',
      'Nothing was shown.',
      'Log in, or send `Authorization: Bearer …`.',
    ],
    ['此地址需要登录或令牌。', '未返回任何内容。', '请登录，或发送 `Authorization: Bearer …`。'],
  ),
  NOT_PERMITTED: entry(
    [
      '{who} ({role}) may not do this ({permission}).',
      'The attempt was logged.',
      'Ask an administrator for a role that may.',
    ],
    ['{who}（{role}）无权执行此操作（{permission}）。', '该尝试已记入日志。', '请向管理员申请相应角色。'],
  ),
  CSRF_REFUSED: entry(
    [
      'The request changes something but does not come from the console ({reason}).',
      'Nothing was changed.',
      'Reload the console; programs use a token.',
    ],
    ['该修改请求并非来自控制台（{reason}）。', '未做任何修改。', '请刷新控制台；程序请使用令牌。'],
  ),
  PASSWORD_CHANGE_DUE: entry(
    [
      '{who} still has a one-time password.',
      'Nothing else is shown until it is changed.',
      'Choose a password of your own.',
    ],
    ['{who} 仍在使用一次性密码。', '修改密码前不显示其他内容。', '请设置您自己的密码。'],
  ),
  LOGIN_REFUSED: entry(
    [
      'Name or password is wrong.',
      'The attempt was counted.',
      'Try again; an administrator can set a new one-time password.',
    ],
    ['用户名或密码错误。', '本次尝试已计数。', '请重试；管理员可重新签发一次性密码。'],
  ),
  LOGIN_LOCKED: entry(
    [
      'Too many failed logins for {who}.',
      'Logins under this name are refused for {retrySec} s.',
      'Wait, or check who is trying.',
    ],
    ['{who} 登录失败次数过多。', '该用户名在 {retrySec} 秒内拒绝登录。', '请稍候，或核查是谁在尝试。'],
  ),
  LOGIN_BUSY: entry(
    ['Too many logins at once.', 'This one was not tried.', 'Try again in a few seconds.'],
    ['同时登录的请求过多。', '本次未处理。', '请数秒后重试。'],
  ),
  PASSWORD_WEAK: entry(
    [
      'The new password is not accepted: {reason}.',
      'The old one stays.',
      'Use at least {lengthMin} characters, not the name, not the old one.',
    ],
    [
      '新密码不符合要求：{reason}。',
      '原密码保持不变。',
      '至少 {lengthMin} 个字符，不得包含用户名或与原密码相同。',
    ],
  ),
  ACCOUNT_EXISTS: entry(
    [
      'An account or token named {name} exists already.',
      'Nothing was made.',
      'Choose another name, or reset that one.',
    ],
    ['名为 {name} 的账户或令牌已存在。', '未新建。', '请更换名称，或重置该账户。'],
  ),
  ACCOUNT_UNKNOWN: entry(
    ['There is no account or token named {name}.', 'Nothing was changed.', 'Check the name.'],
    ['不存在名为 {name} 的账户或令牌。', '未做任何修改。', '请检查名称。'],
  ),
  ACCOUNT_LAST: entry(
    [
      '{name} is the last administrator who can log in.',
      'The account stays.',
      'Make another administrator first.',
    ],
    ['{name} 是最后一个可登录的管理员。', '该账户保留。', '请先新建另一名管理员。'],
  ),
  REQUEST_INVALID: entry(
    ['The request is not as described: {reason}.', 'Nothing was done.', 'See /api/v1/openapi.json.'],
    ['请求不符合接口说明：{reason}。', '未执行任何操作。', '请参阅 /api/v1/openapi.json。'],
  ),
  NOT_FOUND: entry(
    ['There is nothing at {what}.', 'Nothing was done.', 'Check the address.'],
    ['{what} 不存在。', '未执行任何操作。', '请检查地址。'],
  ),
  PURPOSE_MISSING: entry(
    [
      'Evidence is shown only for a stated purpose.',
      'The attempt was logged.',
      'Send `purpose`, 2 to 200 characters, for example review.',
    ],
    ['查看证据必须说明用途。', '该尝试已记入日志。', '请提供 `purpose`（2 至 200 个字符），例如“核实”。'],
  ),
  HTTP_PORT_REFUSED: entry(
    [
      'The web server cannot listen on {host}:{port} ({reason}).',
      'The gateway does not start without it.',
      'Free the port or change http.host and http.port.',
    ],
    [
      '网页服务无法监听 {host}:{port}（{reason}）。',
      '网关不会在缺少该服务时启动。',
      '请释放端口或修改 http.host、http.port。',
    ],
  ),
  HTTP_UNENCRYPTED: entry(
    [
      'The web server listens on {host} without TLS.',
      'Passwords and pictures cross the network readable.',
      'Set http.tls, or put a TLS proxy in front and listen on 127.0.0.1.',
    ],
    [
      '网页服务在 {host} 上未启用 TLS。',
      '密码与图像将以明文传输。',
      '请配置 http.tls，或在前端部署 TLS 代理并仅监听 127.0.0.1。',
    ],
  ),
  HTTP_TLS_UNREADABLE: entry(
    [
      'Certificate or key of the web server cannot be used ({reason}).',
      'The gateway does not start without it.',
      'Check http.tls.certFile and http.tls.keyFile.',
    ],
    [
      '网页服务的证书或私钥不可用（{reason}）。',
      '网关不会在缺少该服务时启动。',
      '请检查 http.tls.certFile 与 http.tls.keyFile。',
    ],
  ),
  HTTP_FAILED: entry(
    [
      'The web server failed on {route} ({reason}).',
      'This request was answered with an error; the server goes on.',
      'Send the log line to support.',
    ],
    [
      '网页服务处理 {route} 时出错（{reason}）。',
      '该请求已返回错误，服务继续运行。',
      '请将日志发送给技术支持。',
    ],
  ),
  CONSOLE_MISSING: entry(
    [
      'The console has not been built ({folder}).',
      'The API answers, the page does not.',
      'Run `npm run build`.',
    ],
    ['控制台尚未构建（{folder}）。', '接口可用，网页不可用。', '请运行 `npm run build`。'],
  ),
  FEED_FULL: entry(
    [
      '{feedsMax} live feeds are open already.',
      'This one was refused.',
      'Close a console, or raise http.feedsMax.',
    ],
    ['实时通道已达上限 {feedsMax}。', '已拒绝本次连接。', '请关闭一个控制台，或调高 http.feedsMax。'],
  ),
  ACCESS_LOG_BROKEN: entry(
    [
      'The access log does not fit together at entry {entry}.',
      'Entries go on being written.',
      'Keep the database file and call an auditor.',
    ],
    ['访问日志在第 {entry} 条处不连贯。', '继续写入后续日志。', '请保留数据库文件并通知督察人员。'],
  ),
  UPLOADS_FULL: entry(
    [
      '{count} body-cam uploads are unfinished.',
      'A new one was refused; begun ones may go on.',
      'Finish those, or raise http.uploadsUnfinishedMax.',
    ],
    [
      '未完成的执法记录仪上传已达 {count} 个。',
      '已拒绝新的上传，已开始的可继续。',
      '请先完成，或调高 http.uploadsUnfinishedMax。',
    ],
  ),
  UPLOAD_NO_ROOM: entry(
    [
      'The disk has no room for an upload of {bytes} bytes ({freeBytes} free).',
      'It was refused; the recording stays on the device.',
      'Free space under storage.folder.',
    ],
    [
      '磁盘空间不足以接收 {bytes} 字节的上传（剩余 {freeBytes}）。',
      '已拒绝，录像保留在设备上。',
      '请清理 storage.folder 所在磁盘。',
    ],
  ),
  BODYCAM_METADATA_BAD: entry(
    [
      'Recording {recording} came with unusable details: {reason}.',
      'It is kept in quarantine and not analysed.',
      'Correct the docking station or the body-cam, then upload again.',
    ],
    [
      '执法记录 {recording} 的附带信息不可用：{reason}。',
      '已隔离保存，不参与分析。',
      '请修正采集站或记录仪设置后重新上传。',
    ],
  ),
  BODYCAM_UNREGISTERED: entry(
    [
      'Recording {recording} comes from body-cam {device}, which is not registered.',
      'It is kept in quarantine and not analysed.',
      'Register the device under devices.bodycams, or find out whose it is.',
    ],
    [
      '执法记录 {recording} 来自未登记的记录仪 {device}。',
      '已隔离保存，不参与分析。',
      '请在 devices.bodycams 中登记，或核查设备归属。',
    ],
  ),
  BODYCAM_USER_MISMATCH: entry(
    [
      'Recording {recording} names user {user}, body-cam {device} is assigned to somebody else.',
      'It is kept in quarantine and not analysed.',
      'Clear up who wore it and correct the assignment.',
    ],
    [
      '执法记录 {recording} 的使用人为 {user}，而记录仪 {device} 登记给他人。',
      '已隔离保存，不参与分析。',
      '请核实佩戴人并更正登记。',
    ],
  ),
  BODYCAM_FILE_BAD: entry(
    [
      'Recording {recording} is not a playable video ({reason}).',
      'It is kept in quarantine and not analysed.',
      'Play the file on the body-cam; upload it again.',
    ],
    [
      '执法记录 {recording} 不是可播放的视频（{reason}）。',
      '已隔离保存，不参与分析。',
      '请在记录仪上播放核对后重新上传。',
    ],
  ),
  BODYCAM_LOST: entry(
    [
      'The file of recording {recording} is gone ({reason}).',
      'The record stays, marked; nothing is analysed.',
      'Upload it again from the device.',
    ],
    ['执法记录 {recording} 的文件丢失（{reason}）。', '记录保留并标注，不参与分析。', '请从设备重新上传。'],
  ),
  UPLOAD_FAILED: entry(
    [
      'The upload of {file} failed ({reason}).',
      'What arrived is kept; the upload can be resumed.',
      'Check address and token, then run it again.',
    ],
    ['上传 {file} 失败（{reason}）。', '已上传部分保留，可断点续传。', '请检查地址与令牌后重试。'],
  ),
  INFLUX_UNREACHABLE: entry(
    [
      'InfluxDB at {url} does not take points ({reason}).',
      'Points wait in memory ({waiting} of {spoolMax}); trying again every interval.',
      'Check telemetry.influx and the server.',
    ],
    [
      'InfluxDB（{url}）无法写入（{reason}）。',
      '数据点暂存内存（{waiting}/{spoolMax}），每个周期重试。',
      '请检查 telemetry.influx 与服务器。',
    ],
  ),
  INFLUX_DROPPED: entry(
    [
      '{dropped} telemetry points were dropped while InfluxDB was away.',
      'The oldest went first; alerts are not affected.',
      'Bring the server back, or raise telemetry.spoolMax.',
    ],
    [
      'InfluxDB 不可用期间丢弃了 {dropped} 个遥测数据点。',
      '先丢弃最旧数据，告警不受影响。',
      '请恢复服务器，或调高 telemetry.spoolMax。',
    ],
  ),

  // ── config ────────────────────────────────────────────────────────────────────────────────────
  CONFIG_UNREADABLE: entry(
    [
      'The configuration {file} cannot be read ({reason}).',
      'Nothing starts.',
      'Check the path and its permissions.',
    ],
    ['配置文件 {file} 无法读取（{reason}）。', '不会启动。', '请检查路径和权限。'],
  ),
  CONFIG_INVALID_YAML: entry(
    [
      '{file}, line {line}: this is no YAML ({reason}).',
      'Nothing is taken over.',
      'Mend the line; indentation counts.',
    ],
    ['{file} 第 {line} 行不是合法的 YAML（{reason}）。', '未采用任何内容。', '请修正该行，注意缩进。'],
  ),
  CONFIG_INVALID: entry(
    [
      '{file}, line {line}: {path} is {value}; allowed: {allowed}.',
      'At start a faulty camera is left out and everything else faulty stops the start; a reload is refused whole.',
      'Change the value; docs/config.md lists every option.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值为 {value}；允许：{allowed}。',
      '启动时有误的摄像机被略过，其他错误则不启动；重新加载时整体拒绝。',
      '请修改该值；所有选项见 docs/config.md。',
    ],
  ),
  CONFIG_UNKNOWN_KEY: entry(
    [
      '{file}, line {line}: {path} is no option; allowed here: {allowed}.',
      'Unknown keys are refused, because a misspelt one would be silently without effect.',
      'Correct or remove it.',
    ],
    [
      '{file} 第 {line} 行：{path} 不是有效选项；此处允许：{allowed}。',
      '未知选项一律拒绝，否则拼写错误会悄然失效。',
      '请更正或删除。',
    ],
  ),
  CONFIG_DUPLICATE_ID: entry(
    [
      '{file}, line {line}: {path} is {value}, which is taken already.',
      'The first one counts.',
      'Ids are unique.',
    ],
    ['{file} 第 {line} 行：{path} 的值 {value} 已被占用。', '以先出现者为准。', '编号必须唯一。'],
  ),
  CONFIG_UNKNOWN_ID: entry(
    [
      '{file}, line {line}: {path} names {value}, which does not exist; there are: {allowed}.',
      'A reference into nothing has no effect.',
      'Correct the name.',
    ],
    [
      '{file} 第 {line} 行：{path} 引用了不存在的 {value}；现有：{allowed}。',
      '无效引用不起作用。',
      '请更正名称。',
    ],
  ),
  ZONE_OUTSIDE_PICTURE: entry(
    [
      '{file}, line {line}: {path} is {value}, outside the picture; allowed: {allowed}.',
      'The camera is left out.',
      'Corners are fractions of the picture, not pixels: divide by its width and height.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值 {value} 超出画面；允许：{allowed}。',
      '该摄像机被略过。',
      '顶点为画面比例而非像素：请除以画面宽、高。',
    ],
  ),
  ZONE_CROSSES_ITSELF: entry(
    [
      '{file}, line {line}: the outline {path} crosses itself.',
      'The camera is left out.',
      'List the corners in order around the ground.',
    ],
    ['{file} 第 {line} 行：区域边界 {path} 自相交。', '该摄像机被略过。', '请沿边界依次列出顶点。'],
  ),
  DWELL_BELOW_FLOOR: entry(
    [
      '{file}, line {line}: {path} is {value}; the catalogue allows {allowed} for {rule} ({reason}).',
      'The floor is used instead.',
      'Raise it, or name an approval by two people in `governance.approvals`.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值为 {value}；目录对 {rule} 允许 {allowed}（{reason}）。',
      '改用下限值。',
      '请提高该值，或在 `governance.approvals` 中登记两人签字的批准。',
    ],
  ),
  HOLIDAYS_UNKNOWN: entry(
    [
      'The public holidays of {year} are not in {calendar}, version {version}.',
      'Until they are, weekdays count as working days and no day as a holiday.',
      'Enter the announced days in a copy of config/calendar/cn.yaml and name it in calendar.holidays.',
    ],
    [
      '节假日表 {calendar}（版本 {version}）中没有 {year} 年的放假安排。',
      '在补录之前，周一至周五一律按工作日计，不认任何节假日。',
      '请将公布的放假调休日期录入 config/calendar/cn.yaml 的副本，并在 calendar.holidays 中指明。',
    ],
  ),
  THRESHOLD_BEYOND_BOUNDS: entry(
    [
      '{file}:{line}: {path} = {value}, {allowed} for {rule} in the catalogue; {reason}.',
      'The bound of the catalogue applies.',
      'Keep within it, or name an approval by two people that is not over, with its id in the zone.',
    ],
    [
      '{file}:{line}：{path} = {value}，规则 {rule} 在目录中要求 {allowed}；{reason}。',
      '按目录的限值执行。',
      '请不要突破限值，或在该区域写明由两人批准且未到期的批准编号。',
    ],
  ),
  RULE_SUSPENDED: entry(
    [
      '{file}:{line}: {rule} is suspended in the catalogue, version {version}.',
      'It does not run.',
      'Take it out of the zone, or have the catalogue’s keepers set its status to ACTIVE.',
    ],
    [
      '{file}:{line}：规则 {rule} 在目录中已暂停（版本 {version}）。',
      '该规则不运行。',
      '请从区域中去掉该规则，或由目录管理人员将其状态恢复为 ACTIVE。',
    ],
  ),
  RULE_UNAPPROVED: entry(
    [
      'Entry {rule}, version {version}, of the catalogue was signed by {count} of 2 people.',
      'It runs, because its legal basis is in force.',
      'Enter under approvedBy who approved this version of the entry.',
    ],
    [
      '目录中规则 {rule}（版本 {version}）只有 {count} 人签署，应有 2 人。',
      '因法律依据现行有效，该规则照常运行。',
      '请在 approvedBy 中写明批准该版本的人员。',
    ],
  ),
  EXEMPTION_OVER: entry(
    [
      '{file}:{line}: exemption {exemption} was valid until {until}.',
      'It spares nobody any more; the rules apply.',
      'Take it out, or have it approved anew with another day.',
    ],
    [
      '{file}:{line}：豁免 {exemption} 已于 {until} 到期。',
      '该豁免不再生效，规则照常适用。',
      '请删除该豁免，或重新报批并填写新的截止日期。',
    ],
  ),
  RULE_WITHOUT_BASIS: entry(
    [
      '{file}, line {line}: {path}, {rule}, has no legal basis in force in district {district} on {day}.',
      'The rule does not run there.',
      'Take it out of the zone, or have the basis entered in the rule catalogue.',
    ],
    [
      '{file} 第 {line} 行：{path} 的 {rule} 在辖区 {district} 于 {day} 没有生效的法律依据。',
      '该情形在此不运行。',
      '请从区域中删除，或在规则目录中补录依据。',
    ],
  ),
  RULE_WITHOUT_POINT: entry(
    [
      '{file}, line {line}: {path}, {rule}, but no permitted point lies in this picture.',
      'The rule finds nothing there; the others run.',
      'Enter the permitted point under permits, or take the rule out.',
    ],
    [
      '{file} 第 {line} 行：{path} 的 {rule} 所在画面内没有许可经营点。',
      '该情形在此不会发现任何问题，其余情形照常。',
      '请在 permits 中登记许可经营点，或删除该规则。',
    ],
  ),
  RULE_MISPLACED: entry(
    [
      '{file}, line {line}: {path}, {rule}, cannot be judged in this zone as it is drawn ({reason}).',
      'The rule does not run there; the others do.',
      'Give the zone the type it needs, and for shops a shopfrontLine with the zone on its public side.',
    ],
    [
      '{file} 第 {line} 行：{path} 的 {rule} 无法在该区域判定（{reason}）。',
      '该情形在此不运行，其余情形照常。',
      '请设置所需的区域类型；店外经营还需 shopfrontLine，且区域位于其公共一侧。',
    ],
  ),
  RULE_BLIND: entry(
    [
      'Camera {camera}, zone {zone}: {rule} needs a model that knows {roles}, and none does.',
      'The rule does not run there; the others do.',
      'Give a model whose manifest names classes for these roles, or take the rule out.',
    ],
    [
      '摄像机 {camera} 区域 {zone}：{rule} 需要能识别 {roles} 的模型，目前没有。',
      '该情形在此不运行，其余情形照常。',
      '请使用清单中为这些角色指定了类别的模型，或删除该情形。',
    ],
  ),
  SHOPFRONT_LINE_DEGENERATE: entry(
    [
      '{file}, line {line}: {path} is no line: two of its points lie on each other ({value}).',
      'The camera is left out.',
      'Draw it where the shop meets the ground, from one end to the other.',
    ],
    [
      '{file} 第 {line} 行：{path} 不成线，有两点重合（{value}）。',
      '该摄像机不运行。',
      '请沿店铺与地面相接处从一端画到另一端。',
    ],
  ),
  GROUND_SCALE_DEGENERATE: entry(
    [
      '{file}, line {line}: {path} gives no scale: its places lie in a line, on each other, or fit no flat ground.',
      'The camera is left out: a wrong distance would be worse than none.',
      'Measure four places far apart, no three in a line, or a length; without groundScale distances are unknown.',
    ],
    [
      '{file} 第 {line} 行：{path} 无法确定比例：各点共线、重合或不在同一平面。',
      '该摄像机不运行：错误的距离比没有距离更糟。',
      '请测量四个相距较远且任意三点不共线的点，或一段已知长度；不设 groundScale 时距离为未知。',
    ],
  ),
  BASIS_LEVEL_REFUSED: entry(
    [
      '{file}, line {line}: {path} is {value}; a basis is one of {allowed}.',
      'The catalogue is refused: a document of lower rank is no legal basis.',
      'Name the law, regulation or government rule behind it.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值为 {value}；依据只能是 {allowed}。',
      '目录被拒绝：规章以下文件不能作为依据。',
      '请填写其上位法律、法规或规章。',
    ],
  ),
  SECRET_MISSING: entry(
    [
      '{file}, line {line}: {path} wants the secret {name}, which is not there ({reason}).',
      'What needs it is not started.',
      'Set the environment variable, or put the file in place, readable by the gateway only.',
    ],
    [
      '{file} 第 {line} 行：{path} 需要密钥 {name}，但不存在（{reason}）。',
      '依赖它的部分不会启动。',
      '请设置环境变量，或放置仅网关可读的文件。',
    ],
  ),

  // ── box, simulators, set-up ───────────────────────────────────────────────────────────────────
  SIMULATED_PLATFORM_REFUSED: entry(
    [
      'The simulated platform cannot connect to {url} ({reason}).',
      'It stops.',
      'Check the address; the embedded broker keeps its credentials in broker-platform.json of the storage folder.',
    ],
    [
      '模拟平台无法连接 {url}（{reason}）。',
      '已停止。',
      '请检查地址；内置消息代理的凭据保存在存储目录的 broker-platform.json 中。',
    ],
  ),
  NODE_TOO_OLD: entry(
    [
      'Node {version} runs this; {wanted} or newer is needed.',
      'It may stop at any point.',
      'Install a newer Node.',
    ],
    ['当前 Node 版本为 {version}；需要 {wanted} 或更高。', '运行可能随时中断。', '请安装更高版本的 Node。'],
  ),
  CLOCK_UNREACHABLE: entry(
    [
      'The time server {server} does not answer ({reason}).',
      'The offset of the clock stays as it was last known, and evidence says when that was.',
      'Check clock.server, and that UDP port 123 is open towards it.',
    ],
    [
      '时间服务器 {server} 无应答（{reason}）。',
      '时钟偏差沿用上次测量值，证据中注明测量时间。',
      '请检查 clock.server 以及通往它的 UDP 123 端口。',
    ],
  ),
  CLOCK_OFF: entry(
    [
      'The clock is {offsetMs} ms off {server}; {offsetMsMax} ms are allowed.',
      'Events go on; their pictures are leads only.',
      'Have the operating system keep the time: chrony or systemd-timesyncd.',
    ],
    [
      '本机时钟与 {server} 相差 {offsetMs} 毫秒；允许 {offsetMsMax} 毫秒。',
      '事件照常上报，其图像仅作线索。',
      '请启用操作系统校时：chrony 或 systemd-timesyncd。',
    ],
  ),
  CERTIFICATE_BAD: entry(
    ['The certificate {file} cannot be relied on ({reason}).', 'Whoever checks it will refuse.', 'Renew it.'],
    ['证书 {file} 不可信（{reason}）。', '对端校验时会拒绝连接。', '请更新证书。'],
  ),
  KEY_NOT_MADE: entry(
    [
      'There is no signing key in {folder} yet.',
      'The first start of the gateway makes one.',
      'Make it now with `lushao keys init`, and keep its public part with the platform.',
    ],
    [
      '{folder} 中尚无签名密钥。',
      '网关首次启动时会生成。',
      '请用 `lushao keys init` 生成，并将公钥交平台保存。',
    ],
  ),
  SIMULATOR_SOURCE_UNREADABLE: entry(
    [
      'The simulator cannot read {path} ({reason}).',
      'The simulated camera does not start.',
      'Give a file that `ffprobe` can read; ffmpeg 5.1 or newer must be installed.',
    ],
    [
      '模拟器无法读取 {path}（{reason}）。',
      '该模拟摄像机不会启动。',
      '请提供 `ffprobe` 能读取的文件，并安装 ffmpeg 5.1 或更新版本。',
    ],
  ),
  SIMULATOR_SCENE_FAILED: entry(
    [
      'The scene {path} could not be filmed ({reason}).',
      'No film is left.',
      'Check the folder, its free space and ffmpeg.',
    ],
    ['场景 {path} 生成失败（{reason}）。', '未留下视频文件。', '请检查目录、剩余空间和 ffmpeg。'],
  ),
  SIMULATOR_PORT_TAKEN: entry(
    [
      'The simulated device cannot listen on {host}:{port} ({reason}).',
      'It does not start.',
      'Choose another port, or 0 for any free one.',
    ],
    [
      '模拟设备无法监听 {host}:{port}（{reason}）。',
      '它不会启动。',
      '请换一个端口，或用 0 表示任意空闲端口。',
    ],
  ),
} as const satisfies Record<string, Entry>

export type FaultCode = keyof typeof CATALOGUE
