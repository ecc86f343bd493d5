"""Send-side congestion control: from transport-wide feedback to the rate that a link carries. Pure."""
