"""Whom we write to: lists saved under a name, asked anew each time.

saving          offer to save the list that is open, on any page
audiencestate   what of the page is in the link
audiencepage    the reader's audiences and those that others share
coverage        new people at the first moments, contacted in time or not
ready           the ready campaigns, and how many each is for today
sent            the campaigns that were sent: whether the goal was met, and the people behind it
letterbox       the letters of a campaign: who gets one, who is spared and why, the sending
builder         an audience built of conditions; draft: what it holds; letterform: what is written to them
opened          who is in one now, whom one may write to, the download
words           what an audience asks, in words; whether it is the reader's to see
"""
