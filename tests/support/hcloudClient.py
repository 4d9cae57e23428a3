"""Uses each kind of resource through Hetzner's own Python library, and fails with a traceback when one does not work.

Environment: HCLOUD_ENDPOINT, HCLOUD_TOKEN, PUBLIC_KEY.
"""

import os
from collections.abc import Callable

from hcloud import APIException, Client
from hcloud.datacenters.domain import Datacenter
from hcloud.firewalls.domain import FirewallResource, FirewallRule
from hcloud.images.domain import Image
from hcloud.locations.domain import Location
from hcloud.networks.domain import NetworkRoute, NetworkSubnet
from hcloud.server_types.domain import ServerType

client = Client(
    token=os.environ["HCLOUD_TOKEN"],
    api_endpoint=os.environ["HCLOUD_ENDPOINT"],
    poll_interval=0.02,
)


def refused(code: str, call: Callable[[], object]) -> None:
    """The call has to fail with this error code."""
    try:
        call()
    except APIException as error:
        assert error.code == code, f"expected {code}, got {error.code}"
        return
    raise AssertionError(f"expected {code}, but the call succeeded")


def main() -> None:
    key = client.ssh_keys.create(name="py", public_key=os.environ["PUBLIC_KEY"])
    assert client.ssh_keys.get_by_fingerprint(key.fingerprint).name == "py"
    key.update(labels={"a": "1"})

    network = client.networks.create(name="py-net", ip_range="10.0.0.0/16")
    subnet = NetworkSubnet(type="cloud", network_zone="eu-central", ip_range="10.0.1.0/24")
    network.add_subnet(subnet).wait_until_finished()
    route = NetworkRoute(destination="10.100.0.0/24", gateway="10.0.1.2")
    network.add_route(route).wait_until_finished()
    network.delete_route(route).wait_until_finished()

    rule = FirewallRule(
        direction=FirewallRule.DIRECTION_IN,
        protocol=FirewallRule.PROTOCOL_TCP,
        port="22",
        source_ips=["0.0.0.0/0", "::/0"],
    )
    firewall = client.firewalls.create(name="py-fw", rules=[rule]).firewall
    group = client.placement_groups.create(name="py-pg", type="spread").placement_group
    primary = client.primary_ips.create(
        type="ipv4", datacenter=Datacenter(name="nbg1-dc3"), name="py-primary"
    ).primary_ip

    created = client.servers.create(
        name="py-1",
        server_type=ServerType(name="cx23"),
        image=Image(name="debian-13"),
        location=Location(name="nbg1"),
        ssh_keys=[key],
        networks=[network],
        firewalls=[firewall],
        placement_group=group,
        labels={"role": "web"},
        user_data="#cloud-config\n",
    )
    created.action.wait_until_finished()
    for action in created.next_actions:
        action.wait_until_finished()
    server = client.servers.get_by_id(created.server.id)
    assert server.status == "running", server.status
    assert server.private_net[0].ip == "10.0.1.1"
    assert [found.name for found in client.servers.get_all(label_selector="role=web")] == ["py-1"]
    assert client.servers.get_by_name("py-1").id == server.id
    server.update(labels={"role": "app"})

    server.power_off().wait_until_finished()
    server.power_on().wait_until_finished()
    server.reboot().wait_until_finished()
    server.reset().wait_until_finished()
    server.change_dns_ptr(server.public_net.ipv4.ip, "py.example.com").wait_until_finished()
    server.detach_from_network(network).wait_until_finished()
    server.attach_to_network(network, ip="10.0.1.9").wait_until_finished()
    server.change_alias_ips(network, ["10.0.1.10"]).wait_until_finished()
    server.change_protection(delete=True, rebuild=True).wait_until_finished()
    refused("protected", server.delete)
    server.change_protection(delete=False, rebuild=False).wait_until_finished()

    volume = client.volumes.create(size=10, name="py-vol", server=server)
    volume.action.wait_until_finished()
    for action in volume.next_actions:
        action.wait_until_finished()
    volume.volume.detach().wait_until_finished()
    volume.volume.resize(20).wait_until_finished()
    assert volume.volume.delete()

    floating = client.floating_ips.create(
        type="ipv4", home_location=Location(name="nbg1"), name="py-floating"
    ).floating_ip
    floating.assign(server).wait_until_finished()
    assert client.floating_ips.get_by_id(floating.id).server.id == server.id
    refused("must_be_unassigned", floating.delete)
    floating.unassign().wait_until_finished()
    assert floating.delete()

    snapshot = server.create_image(description="before")
    snapshot.action.wait_until_finished()
    assert client.images.get_all(type="snapshot")[0].id == snapshot.image.id
    assert snapshot.image.delete()

    target = FirewallResource(type=FirewallResource.TYPE_SERVER, server=server)
    for action in firewall.remove_from_resources([target]):
        action.wait_until_finished()
    assert firewall.delete()

    server.delete().wait_until_finished()
    refused("not_found", lambda: client.servers.get_by_id(server.id))
    assert group.delete() and network.delete() and primary.delete() and key.delete()

    assert {location.name for location in client.locations.get_all()} >= {"nbg1", "fsn1", "hel1"}
    assert client.server_types.get_by_name("cx23").cores == 2
    assert client.images.get_by_name("debian-13") is not None
    for empty in (client.isos, client.load_balancers, client.certificates):
        assert empty.get_all() == []


main()
