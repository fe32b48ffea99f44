import "./look/look.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { look } from "./look/theme.svelte";

look.choose(look.theme);
mount(App, { target: document.getElementById("app")! });
