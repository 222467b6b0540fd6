"""Which readings belong to one vehicle? Lane by lane, from where a sensor stands and when it saw.

``place`` says where the sensors are, ``sight`` what a reading tells of its vehicle, ``cost`` how
ill two fit together and why, ``assign`` finds the cheapest pairs and how sure they are, ``trust``
notices a sensor whose clock is off, ``lane`` keeps it all for one lane and gives out each vehicle
once. Pure state: the caller brings time.
"""
