"""A simulated weigh-in-motion station: one record, on Modbus registers or acknowledged lines."""
