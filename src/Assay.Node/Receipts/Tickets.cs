using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Node.Receipts;

/// <summary>An answer's number among those begun under a serving key.</summary>
internal readonly record struct Ticket(Hash Key, ulong Number);

/// <summary>
/// Numbers the answers begun under each serving key, from 0. A number is given out before the first token is made, so a node cannot
/// make an answer, dislike it, and make another as if there had been none: each ticket ends in the log, with its answer or as void.
/// </summary>
/// <remarks>
/// Tickets are set aside on disk in blocks, before one of them is given out. What was set aside and is not in the log when the node
/// starts again was under way when it ended, or was never given out; nobody can tell, so all of it is void. Safe for several threads.
/// </remarks>
internal sealed class Tickets
{
    private const int MaxFile = 1 << 20;
    private const string Extension = ".json", Temporary = ".incoming";

    private readonly PosixLogFiles files;
    private readonly ulong block;
    private readonly Dictionary<Hash, Counter> counters = [];
    private readonly Lock gate = new();

    /// <param name="folder">Made where there is none.</param>
    /// <param name="logged">The tickets of a key's records from a place in its sequence on.</param>
    /// <param name="block">How many tickets are set aside at a time.</param>
    /// <exception cref="NodeException">A file is damaged.</exception>
    public Tickets(string folder, Func<Hash, ulong, IEnumerable<ulong>> logged, ulong block = 64)
    {
        files = new PosixLogFiles(folder);
        this.block = block;
        foreach (var name in files.List("").Where(f => f.EndsWith(Extension, StringComparison.Ordinal)))
        {
            var (key, counter) = Read(name);
            counter.Lost.ExceptWith(logged(key, counter.Sequence));
            counters[key] = counter;
        }
    }

    /// <summary>The next ticket of a key.</summary>
    /// <param name="sequence">The sequence that the key's next record gets. Called with the log's turn, which keeps it.</param>
    public Ticket Take(in Hash key, ulong sequence)
    {
        lock (gate)
        {
            if (!counters.TryGetValue(key, out var counter))
                counters[key] = counter = new Counter { Key = key };
            if (counter.Next == counter.Reserved)
            {
                Write(key, counter, counter.Next + block, sequence);
                counter.Reserved = counter.Next + block;
            }
            counter.Open[counter.Next] = sequence;
            return new Ticket(key, counter.Next++);
        }
    }

    /// <summary>The ticket's record is in the log.</summary>
    public void Settle(Ticket ticket)
    {
        lock (gate)
            counters[ticket.Key].Open.Remove(ticket.Number);
    }

    /// <summary>The keys that have tickets which were lost with a process and are not logged as void yet.</summary>
    public IReadOnlyList<Hash> KeysWithLost()
    {
        lock (gate)
            return [.. counters.Where(c => c.Value.Lost.Count > 0).Select(c => c.Key)];
    }

    /// <summary>A key's tickets that were lost with a process, to be logged as void; each is given once.</summary>
    public IReadOnlyList<Ticket> TakeLost(in Hash key, ulong sequence)
    {
        lock (gate)
        {
            if (!counters.TryGetValue(key, out var counter) || counter.Lost.Count == 0)
                return [];
            var lost = counter.Lost.Order().Select(number => new Ticket(counter.Key, number)).ToList();
            foreach (var ticket in lost)
                counter.Open[ticket.Number] = sequence;
            counter.Lost.Clear();
            return lost;
        }
    }

    /// <summary>Notes where each key's count stands, so that nothing is lost where the node ends in good order.</summary>
    public void Close()
    {
        lock (gate)
            foreach (var (key, counter) in counters)
            {
                Write(key, counter, counter.Next, 0);
            }
    }

    // What is open keeps its number, and the sequence that its record cannot be before.
    private void Write(in Hash key, Counter counter, ulong reserved, ulong sequence)
    {
        var next = counter.Next;
        var open = counter.Open.Keys.Concat(counter.Lost).Order().ToList();
        var from = counter.Open.Values.Append(counter.Lost.Count > 0 ? counter.Sequence : sequence).Min();
        files.Replace(key.ToHex() + Extension, Temporary, StrictJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("next", next);
            json.WriteNumber("reserved", reserved);
            json.WriteStartArray("open");
            foreach (var number in open)
                json.WriteNumberValue(number);
            json.WriteEndArray();
            json.WriteNumber("sequence", from);
            json.WriteEndObject();
        }), Visibility.Private);
    }

    private (Hash Key, Counter Counter) Read(string name)
    {
        try
        {
            var key = Hash.FromHex(name.AsSpan()[..^Extension.Length]);
            var json = JsonAt.Root(StrictJson.Parse(files.Read(name, MaxFile), MaxFile), "tickets").Only("next", "reserved", "open", "sequence");
            var (next, reserved) = (json["next"].Integer(), json["reserved"].Integer());
            if (reserved < next || reserved - next > 1 << 16)
                throw json["reserved"].Wrong("a number that is not below 'next', nor far above");
            var counter = new Counter { Key = key, Next = reserved, Reserved = reserved, Sequence = json["sequence"].Integer() };
            counter.Lost.UnionWith(json["open"].Items().Select(n => n.Integer()));
            for (var number = next; number < reserved; number++)
                counter.Lost.Add(number);
            return (key, counter);
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.Unavailable, $"tickets/{name} is damaged ({e.Message}): put it back from a copy, or retire that serving key", e);
        }
    }

    private sealed class Counter
    {
        public Hash Key { get; init; }

        public ulong Next { get; set; }

        /// <summary>Every ticket below this was set aside on disk.</summary>
        public ulong Reserved { get; set; }

        /// <summary>Of what was read: the sequence that no lost ticket's record can be before.</summary>
        public ulong Sequence { get; init; }

        /// <summary>Given out and not in the log, each with the sequence that its record cannot be before.</summary>
        public Dictionary<ulong, ulong> Open { get; } = [];

        public HashSet<ulong> Lost { get; } = [];
    }
}
