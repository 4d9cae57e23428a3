import { main } from "./grpc/server";
import { holdfastProvider } from "./definition";

void main(holdfastProvider());
