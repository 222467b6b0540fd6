"""Cells of site, light and traffic, each told, replayed and scored: how good are passages?"""
