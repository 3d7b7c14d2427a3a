// Slack's short codes of common emoji. Other codes stay as typed.

const TABLE = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 satisfied 😆 sweat_smile 😅 rolling_on_the_floor_laughing 🤣
joy 😂 slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star-struck 🤩
kissing_heart 😘 yum 😋 stuck_out_tongue 😛 zany_face 🤪 hugging_face 🤗 thinking_face 🤔 face_with_monocle 🧐
neutral_face 😐 expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 face_with_rolling_eyes 🙄 grimacing 😬 relieved 😌
pensive 😔 sleeping 😴 sleepy 😪 mask 😷 exploding_head 🤯 partying_face 🥳 sunglasses 😎 nerd_face 🤓 confused 😕
worried 😟 slightly_frowning_face 🙁 open_mouth 😮 astonished 😲 flushed 😳 cry 😢 sob 😭 scream 😱 disappointed 😞
sweat 😓 weary 😩 tired_face 😫 yawning_face 🥱 triumph 😤 rage 😡 angry 😠 saluting_face 🫡 melting_face 🫠
skull 💀 ghost 👻 alien 👽 robot_face 🤖 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
wave 👋 raised_hand ✋ hand ✋ ok_hand 👌 v ✌️ crossed_fingers 🤞 point_left 👈 point_right 👉 point_up_2 👆
point_down 👇 point_up ☝️ +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ facepunch 👊 punch 👊 clap 👏
raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏 writing_hand ✍️ muscle 💪 brain 🧠 eyes 👀 eye 👁️ speaking_head_in_silhouette 🗣️
bust_in_silhouette 👤 busts_in_silhouette 👥 technologist 🧑‍💻 scientist 🧑‍🔬 teacher 🧑‍🏫 shrug 🤷 facepalm 🤦 raising_hand 🙋
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔
sparkling_heart 💖 100 💯 anger 💢 boom 💥 collision 💥 dizzy 💫 sweat_drops 💦 dash 💨 zzz 💤 speech_balloon 💬
thought_balloon 💭 left_speech_bubble 🗨️
dog 🐶 cat 🐱 mouse 🐭 rabbit 🐰 fox_face 🦊 bear 🐻 panda_face 🐼 penguin 🐧 bird 🐦 owl 🦉 turtle 🐢 snake 🐍
octopus 🐙 crab 🦀 whale 🐳 dolphin 🐬 fish 🐟 unicorn_face 🦄 bee 🐝 honeybee 🐝 bug 🐛 butterfly 🦋 snail 🐌
spider 🕷️ llama 🦙 parrot 🦜
bouquet 💐 cherry_blossom 🌸 rose 🌹 sunflower 🌻 tulip 🌷 seedling 🌱 evergreen_tree 🌲 deciduous_tree 🌳
palm_tree 🌴 cactus 🌵 herb 🌿 four_leaf_clover 🍀 maple_leaf 🍁 fallen_leaf 🍂 mushroom 🍄
apple 🍎 green_apple 🍏 pear 🍐 tangerine 🍊 lemon 🍋 banana 🍌 watermelon 🍉 grapes 🍇 strawberry 🍓 cherries 🍒
peach 🍑 tomato 🍅 avocado 🥑 carrot 🥕 corn 🌽 bread 🍞 cheese_wedge 🧀 egg 🥚 bacon 🥓 pancakes 🥞 hamburger 🍔
fries 🍟 pizza 🍕 hotdog 🌭 sandwich 🥪 taco 🌮 burrito 🌯 green_salad 🥗 spaghetti 🍝 ramen 🍜 stew 🍲 curry 🍛
sushi 🍣 bento 🍱 rice 🍚 dumpling 🥟 cookie 🍪 cake 🍰 birthday 🎂 doughnut 🍩 icecream 🍦 chocolate_bar 🍫 popcorn 🍿
coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 champagne 🍾 tropical_drink 🍹 fork_and_knife 🍴 knife_fork_plate 🍽️
rocket 🚀 airplane ✈️ car 🚗 bus 🚌 bike 🚲 train 🚆 ship 🚢 anchor ⚓ construction 🚧 traffic_light 🚦 rotating_light 🚨
house 🏠 office 🏢 school 🏫 hospital 🏥 factory 🏭 tent ⛺ globe_with_meridians 🌐 earth_africa 🌍 earth_americas 🌎
earth_asia 🌏 world_map 🗺️ compass 🧭 mountain ⛰️ beach_with_umbrella 🏖️ sunrise 🌅 night_with_stars 🌃 ocean 🌊
sunny ☀️ partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ thunder_cloud_and_rain ⛈️ snowflake ❄️ snowman ⛄ zap ⚡ fire 🔥
droplet 💧 umbrella ☔ rainbow 🌈 star ⭐ star2 🌟 sparkles ✨ comet ☄️ crescent_moon 🌙 full_moon 🌕 new_moon 🌑
sun_with_face 🌞 newspaper 📰 rolled_up_newspaper 🗞️ book 📖 open_book 📖 books 📚 closed_book 📕 green_book 📗
blue_book 📘 orange_book 📙 notebook 📓 notebook_with_decorative_cover 📔 ledger 📒 bookmark 🔖 bookmark_tabs 📑
label 🏷️ page_facing_up 📄 page_with_curl 📃 scroll 📜 memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 pushpin 📌
round_pushpin 📍 paperclip 📎 linked_paperclips 🖇️ triangular_ruler 📐 straight_ruler 📏 scissors ✂️ file_folder 📁
open_file_folder 📂 card_index_dividers 🗂️ card_index 📇 card_file_box 🗃️ file_cabinet 🗄️ wastebasket 🗑️
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 calendar 📆 date 📅 spiral_calendar_pad 🗓️
email 📧 e-mail 📧 envelope ✉️ incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 package 📦 mailbox 📫
mailbox_with_mail 📬 mailbox_with_no_mail 📭 postbox 📮 ballot_box_with_ballot 🗳️
loudspeaker 📢 mega 📣 bell 🔔 no_bell 🔕 phone ☎️ telephone ☎️ iphone 📱 computer 💻 desktop_computer 🖥️ keyboard ⌨️
printer 🖨️ floppy_disk 💾 cd 💿 camera 📷 movie_camera 🎥 tv 📺 radio 📻 microphone 🎤 headphones 🎧 battery 🔋
electric_plug 🔌 bulb 💡 flashlight 🔦 candle 🕯️ mag 🔍 mag_right 🔎 lock 🔒 unlock 🔓 key 🔑 old_key 🗝️ hammer 🔨
wrench 🔧 hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 link 🔗 chains ⛓️ toolbox 🧰 magnet 🧲 shield 🛡️ test_tube 🧪
petri_dish 🧫 dna 🧬 microscope 🔬 telescope 🔭 satellite 🛰️ alembic ⚗️ pill 💊 syringe 💉 thermometer 🌡️ scales ⚖️
abacus 🧮 moneybag 💰 dollar 💵 credit_card 💳 gem 💎 shopping_trolley 🛒 gift 🎁 balloon 🎈 tada 🎉 confetti_ball 🎊
trophy 🏆 medal 🎖️ sports_medal 🏅 first_place_medal 🥇 second_place_medal 🥈 third_place_medal 🥉 crown 👑
graduation_cap 🎓 mortar_board 🎓 dart 🎯 game_die 🎲 jigsaw 🧩 video_game 🎮 art 🎨 performing_arts 🎭 musical_note 🎵
soccer ⚽ basketball 🏀 runner 🏃 walking 🚶 dancer 💃 checkered_flag 🏁 triangular_flag_on_post 🚩 waving_white_flag 🏳️
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ clock1 🕐 clock3 🕒
clock9 🕘 clock12 🕛
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_plus_sign ➕
heavy_minus_sign ➖ heavy_division_sign ➗ heavy_multiplication_x ✖️ bangbang ‼️ interrobang ⁉️ question ❓
grey_question ❔ exclamation ❗ heavy_exclamation_mark ❗ grey_exclamation ❕ warning ⚠️ no_entry ⛔ no_entry_sign 🚫
octagonal_sign 🛑 sos 🆘 information_source ℹ️ recycle ♻️ infinity ♾️ copyright ©️ registered ®️ tm ™️
new 🆕 free 🆓 up 🆙 cool 🆒 ok 🆗 soon 🔜 top 🔝 end 🔚 back 🔙 on 🔛
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrow_lower_left ↙️
arrow_upper_left ↖️ arrow_up_down ↕️ left_right_arrow ↔️ arrow_up_small 🔼 arrow_down_small 🔽 arrow_double_up ⏫
arrow_double_down ⏬ arrow_forward ▶️ arrow_backward ◀️ fast_forward ⏩ rewind ⏪ leftwards_arrow_with_hook ↩️
arrow_right_hook ↪️ arrow_heading_up ⤴️ arrow_heading_down ⤵️ arrows_clockwise 🔃 arrows_counterclockwise 🔄 repeat 🔁
small_red_triangle 🔺 small_red_triangle_down 🔻 double_vertical_bar ⏸️ black_square_for_stop ⏹️ black_right_pointing_triangle_with_double_vertical_bar ⏯️
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵
large_purple_circle 🟣 white_circle ⚪ black_circle ⚫ large_red_square 🟥 large_green_square 🟩 large_blue_square 🟦
white_large_square ⬜ black_large_square ⬛ white_small_square ▫️ black_small_square ▪️ small_blue_diamond 🔹
small_orange_diamond 🔸 large_blue_diamond 🔷 large_orange_diamond 🔶 radio_button 🔘
zero 0️⃣ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 1234 🔢 abc 🔤
hash #️⃣ speech_left 🗨️ cn 🇨🇳 flag-cn 🇨🇳 jp 🇯🇵 flag-jp 🇯🇵 us 🇺🇸 flag-us 🇺🇸 de 🇩🇪 flag-de 🇩🇪 fr 🇫🇷 flag-fr 🇫🇷 gb 🇬🇧 flag-gb 🇬🇧
`;

const cells = TABLE.trim().split(/\s+/);

/** Characters by short code (without colons). */
export const EMOJI = new Map();
for (let index = 0; index < cells.length; index += 2) EMOJI.set(cells[index], cells[index + 1]);

const SKIN_TONES = ["", "", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];

/** Matches a short code, with or without `::skin-tone-2`. */
export const SHORT_CODE = /:([a-z0-9_+'-]+)(?:::skin-tone-([2-6]))?:/y;

/** Returns the character of a short code such as "wave" or "wave::skin-tone-3", undefined if unknown. */
export function emojiCharacter(name, skinTone) {
  const [base, tone] = name.split("::skin-tone-");
  const character = EMOJI.get(base);
  return character && character + (SKIN_TONES[skinTone ?? tone] ?? "");
}

/** The most common reactions, for the reaction picker. */
export const FREQUENT = [
  "+1",
  "white_check_mark",
  "eyes",
  "tada",
  "heart",
  "raised_hands",
  "pray",
  "rocket",
  "fire",
  "100",
  "joy",
  "thinking_face",
  "bookmark",
  "books",
  "star",
  "bulb",
  "-1",
  "x",
];
