using Assay.Node.Receipts;
using Assay.Verify.Crypto;

namespace Assay.Node.Tests.Language;

/// <summary>Every ticket that was given out is accounted for, however the node ended.</summary>
public sealed class TicketsTests : IDisposable
{
    private static readonly Hash Key = Sha256.Of([1]);

    private readonly TemporaryFolder folder = new();
    private readonly List<(ulong Ticket, ulong Sequence)> log = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Nothing_is_lost_where_the_node_ends_in_good_order()
    {
        var tickets = Open();
        for (var i = 0UL; i < 10; i++)
            Log(tickets, tickets.Take(Key, Next));
        tickets.Close();
        tickets = Open();
        Assert.Empty(tickets.TakeLost(Key, Next));
        Assert.Equal(10UL, tickets.Take(Key, Next).Number);
    }

    [Fact]
    public void What_was_given_out_and_not_logged_is_lost_and_so_is_what_was_set_aside()
    {
        var tickets = Open();
        var taken = Enumerable.Range(0, 6).Select(_ => tickets.Take(Key, Next)).ToList();
        // Answers end in another order than they begin.
        foreach (var i in (int[])[4, 1, 2])
            Log(tickets, taken[i]);
        // No close: the process is gone.
        tickets = Open();
        Assert.Equal([0UL, 3, 5, 6, 7], tickets.TakeLost(Key, Next).Select(t => t.Number));
        Assert.Empty(tickets.TakeLost(Key, Next));
        Assert.Equal(8UL, tickets.Take(Key, Next).Number);
    }

    [Fact]
    public void Deterministic_lives_and_deaths_leave_every_ticket_with_one_record()
    {
        var random = new Random(4);
        var tickets = Open();
        var open = new List<Ticket>();
        for (var step = 0; step < 3000; step++)
        {
            if (random.Next(60) == 0)
            {
                if (random.Next(2) == 0)
                    tickets.Close();
                open.Clear();
                tickets = Open();
            }
            foreach (var lost in tickets.TakeLost(Key, Next))
                Log(tickets, lost);
            if (random.Next(2) == 0)
                open.Add(tickets.Take(Key, Next));
            else if (open.Count > 0)
            {
                var at = random.Next(open.Count);
                Log(tickets, open[at]);
                open.RemoveAt(at);
            }
        }
        foreach (var ticket in open)
            Log(tickets, ticket);
        var numbers = log.Select(l => l.Ticket).Order().ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count).Select(i => (ulong)i), numbers);
    }

    [Fact]
    public void Damaged_file_is_named()
    {
        var tickets = Open();
        tickets.Take(Key, 0);
        var file = Directory.GetFiles(folder["tickets"]).Single();
        File.WriteAllText(file, """{"next":5,"reserved":4,"open":[],"sequence":0}""");
        Assert.Contains(Path.GetFileName(file), Assert.Throws<NodeException>(Open).Message, StringComparison.Ordinal);
    }

    private ulong Next => (ulong)log.Count;

    private Tickets Open() => new(folder["tickets"], (_, from) => log.Where(l => l.Sequence >= from).Select(l => l.Ticket), block: 8);

    private void Log(Tickets tickets, Ticket ticket)
    {
        log.Add((ticket.Number, Next));
        tickets.Settle(ticket);
    }
}
