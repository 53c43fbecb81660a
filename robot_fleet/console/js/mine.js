// The page of one delivery, or of one thing that was handed over: follow it, open it by code, ask for it back.

import { Guest } from "./guest.js";
import { itemScreen } from "./guest_item.js";
import { thingScreen } from "./guest_thing.js";

const guest = new Guest(() => guest.me.item ? itemScreen(guest, () => guest.home()) : thingScreen(guest, guest.me.subject));

guest.begin();
