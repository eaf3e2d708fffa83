"""What the team writes about accounts.

pen         the one gate for every act: who may, on which accounts, by which version
forms       what each kind asks for; filling: a form on the page; told: what came of it, with Undo
acting      one act at a time, and whole, whatever is clicked meanwhile
writing     choose a kind and write it, on one account or many
kept        what was written about an account: read, changed, closed, taken away (keptrows: one of them as a line)
editing     changing one row, by the version that was read
handover    what sales told us, and what is missing
"""
