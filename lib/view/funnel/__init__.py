"""The page of the journey, part by part.

editor        its definition, changed: the stages, the rules, what it would do, and saving it
editorstate   what the editor holds, and the definitions it makes
preview       today's figures, and what they would be
versions      what was in force when, and the way back to it
"""
