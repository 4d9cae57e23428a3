import { main } from "./grpc/server";
import { holdfastPlugin } from "./definition";

void main(holdfastPlugin());
