"""The channels of a platform, as its configuration has them."""

from __future__ import annotations

from evenhand.edge.config import Config
from evenhand.edge.courier.channel import Channel
from evenhand.edge.courier.email import EmailChannel
from evenhand.edge.courier.webhook import WebhookChannel


def other_channels(config: Config) -> tuple[Channel, ...]:
    """The channels besides the folder, which is always there. Nothing is read or connected yet."""
    channels: list[Channel] = []
    if config.hook is not None:
        channels.append(WebhookChannel(config.hook, platform=config.platform))
    if config.mail is not None:
        channels.append(EmailChannel(config.mail, platform=config.platform, name=config.name))
    return tuple(channels)
