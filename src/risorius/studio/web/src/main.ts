import "./look/look.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { look } from "./look/theme.svelte";

look.choose(look.theme);
const target = document.getElementById("app")!;
target.replaceChildren();
mount(App, { target });
