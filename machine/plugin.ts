import { main } from "../plugin/server";
import { machinePlugin } from "./definition";

void main(machinePlugin);
