"""What people bring: what a report or an order must contain, and who is told what of it.

Reports (Regulation 2022/2065 Art. 16), trusted flaggers (Art. 22), misuse (Art. 23), and the
orders of courts and authorities, copyright notices and mere requests. What is asked of each stands
in `spec/reports.md`.
"""
