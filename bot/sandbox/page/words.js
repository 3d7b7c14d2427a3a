// The page's own words, in the language of the person who looks; in English where a language has none here.
// What people and apps write stays as they write it.

export const WORDS = {
  add_app: { en: "Add {app} to the channel", zh: "将 {app} 添加到此频道" },
  add_reaction: { en: "Add a reaction", zh: "添加表情回应" },
  all: { en: "All", zh: "全部" },
  and_more: { en: "and {count} more", zh: "以及另外 {count} 条" },
  app: { en: "APP", zh: "应用" },
  app_is_here: { en: "{app} is in this channel", zh: "{app} 在此频道中" },
  app_is_not_here: { en: "{app} is not in this channel", zh: "{app} 不在此频道中" },
  apps: { en: "Apps", zh: "应用" },
  archive: { en: "Archive the channel", zh: "归档此频道" },
  archived: { en: "archived", zh: "已归档" },
  back: { en: "Back", zh: "返回" },
  bytes: { en: ["{count} byte", "{count} bytes"], zh: "{count} 字节" },
  cancel: { en: "Cancel", zh: "取消" },
  cannot_choose: {
    en: "{name} cannot be chosen here: only {endings}.",
    zh: "此处不能选择 {name}，仅限 {endings}。",
  },
  cannot_copy: {
    en: "The text could not be copied: the browser did not allow it.",
    zh: "无法复制文字：浏览器不允许。",
  },
  channel_options: { en: "Channel options", zh: "频道选项" },
  channels: { en: "Channels", zh: "频道" },
  choose_files: { en: ["Choose a file", "Choose files"], zh: "选择文件" },
  chosen_files: { en: "Chosen files", zh: "已选择的文件" },
  close: { en: "Close", zh: "关闭" },
  close_thread: { en: "Close the thread", zh: "关闭消息列" },
  commands: { en: "Commands", zh: "命令" },
  copy_text: { en: "Copy text", zh: "复制文字" },
  delete_message: { en: "Delete message", zh: "删除消息" },
  dismiss: { en: "Dismiss", zh: "忽略" },
  download: { en: "Download {name}", zh: "下载 {name}" },
  edited: { en: " (edited)", zh: "（已编辑）" },
  files: { en: "Files", zh: "文件" },
  frequent: { en: "Frequent", zh: "常用" },
  home: { en: "Home", zh: "主页" },
  last_reply: { en: "Last reply {day} at {time}", zh: "最后回复：{day} {time}" },
  look_as: { en: "Look as", zh: "切换身份" },
  message_actions: { en: "Message actions", zh: "消息操作" },
  message_to: { en: "Message {place}", zh: "发消息到 {place}" },
  messages: { en: "Messages", zh: "消息" },
  messages_in: { en: "Messages in {place}", zh: "{place} 中的消息" },
  more_actions: { en: "More actions", zh: "更多操作" },
  more_characters: {
    en: ["Type {count} character or more", "Type {count} characters or more"],
    zh: "请至少输入 {count} 个字符",
  },
  most_files: {
    en: ["No more than {count} file can be chosen here.", "No more than {count} files can be chosen here."],
    zh: "此处最多可选择 {count} 个文件。",
  },
  name: { en: "Name", zh: "名称" },
  new_messages: { en: "New messages", zh: "新消息" },
  no_commands_here: {
    en: "{command} cannot be used in a thread: Slack runs commands only in the channel itself.",
    zh: "{command} 不能在消息列中使用：Slack 仅在频道中运行命令。",
  },
  no_home: { en: "{app} has not published its Home tab yet.", zh: "{app} 尚未发布主页。" },
  no_messages_to_app: {
    en: "Sending messages to this app has been turned off.",
    zh: "此应用已关闭接收消息。",
  },
  not_loaded: { en: "Nothing could be loaded", zh: "无法加载" },
  not_member: {
    en: "You are not in this channel, so you can only read it.",
    zh: "你不在此频道中，只能阅读。",
  },
  nothing_found: { en: "Nothing found", zh: "未找到任何内容" },
  notices: { en: "Notices", zh: "通知" },
  only_you: { en: "Only visible to you", zh: "仅对你可见" },
  optional: { en: " (optional)", zh: "（可选）" },
  private: { en: "private", zh: "私有" },
  private_channel: { en: "private-channel", zh: "私有频道" },
  reacted: { en: "{who} reacted with :{name}:", zh: "{who} 用 :{name}: 回应" },
  reactions: { en: "Reactions", zh: "表情回应" },
  read_only: { en: "This channel is archived. Nobody can write here.", zh: "此频道已归档，不能再发消息。" },
  remove: { en: "Remove {name}", zh: "移除 {name}" },
  remove_app: { en: "Remove {app} from the channel", zh: "将 {app} 移出此频道" },
  rename: { en: "Rename", zh: "重命名" },
  rename_channel: { en: "Rename the channel", zh: "重命名此频道" },
  replies: { en: ["{count} reply", "{count} replies"], zh: "{count} 条回复" },
  reply: { en: "Reply…", zh: "回复…" },
  reply_in_thread: { en: "Reply in thread", zh: "在消息列中回复" },
  responded: { en: "The sandbox responded with status {status}.", zh: "本地 Slack 的响应状态为 {status}。" },
  search: { en: "Search", zh: "搜索" },
  search_in: { en: "Search: {label}", zh: "搜索：{label}" },
  see_more: { en: "See more", zh: "显示更多" },
  select_item: { en: "Select an item", zh: "选择一项" },
  select_options: { en: "Select options", zh: "选择选项" },
  send: { en: "Send", zh: "发送" },
  shortcuts: { en: "Shortcuts", zh: "快捷方式" },
  silent: { en: "The sandbox does not respond. Trying again…", zh: "本地 Slack 没有响应，正在重试…" },
  thread: { en: "Thread", zh: "消息列" },
  unknown: { en: "Unknown", zh: "未知" },
  unreachable: {
    en: "The sandbox cannot be reached. Is it still running?",
    zh: "无法连接本地 Slack。它还在运行吗？",
  },
  unread: { en: "{count} new", zh: "{count} 条新消息" },
  you_are: { en: "You are {name}. Look as somebody else", zh: "你是 {name}。切换为他人" },
};

const LOCALES = { en: "en-US", zh: "zh-CN" };

let language = "en";

/** Has the page speak the language of a locale such as "zh-CN", as far as it can. */
export function speak(locale) {
  const wanted = locale.split("-")[0];
  language = wanted in LOCALES ? wanted : "en";
  document.documentElement.lang = LOCALES[language];
}

/** Returns the locale in which the page speaks. */
export function spokenLocale() {
  return LOCALES[language];
}

/** Returns words of the page with their `{places}` filled in; `count` chooses between one and many. */
export function words(key, values = {}) {
  const forms = [WORDS[key][language]].flat();
  const isOne = new Intl.PluralRules(LOCALES[language]).select(values.count ?? 1) === "one";
  const form = isOne ? forms[0] : forms.at(-1);
  return form.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
