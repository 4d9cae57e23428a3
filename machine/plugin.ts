import { main } from "../plugin/server";
import { configurationHandler } from "./resource/handler";

void main({
  name: "holdfast",
  version: "0.1.0",
  resources: { "holdfast:machine:Configuration": configurationHandler },
});
