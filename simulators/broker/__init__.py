"""An MQTT broker for demos and tests: amqtt in a process of its own. It keeps nothing."""
