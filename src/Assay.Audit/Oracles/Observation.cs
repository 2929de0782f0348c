using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Oracles;

/// <summary>What one batch of probes showed, before it has a place in a log.</summary>
/// <param name="Letters">Of letter oracles; else null.</param>
/// <param name="LogE">Of likelihood: in millionths.</param>
public sealed record Batch(DateTimeOffset From, DateTimeOffset To, string? Letters, long? LogE);

/// <summary>What is observed.</summary>
/// <param name="Service">Its name in the log.</param>
/// <param name="Address">Where it is asked, and for which model.</param>
public sealed record Observed(string Service, Hash Address, ObservationOracle Oracle, Hash Task)
{
    public ObservationsEvent Event(string origin, Batch batch) => new(origin, Service, Address, Oracle, Task, batch.From, batch.To, batch.Letters, batch.LogE);
}

/// <summary>An answer that waits for someone to say what is right.</summary>
public sealed record PendingAnswer(string Probe, string Text, DateTimeOffset From, DateTimeOffset To);

/// <summary>What a run of observations keeps, to go on where it was stopped.</summary>
/// <param name="Next">Probes asked so far, all rounds together: the next is this, modulo their number.</param>
public sealed record ObservationMemory(long Next, IReadOnlyList<PendingAnswer> Pending, LikelihoodMemory? Likelihood);

/// <summary>How far a run is.</summary>
public readonly record struct ObservationProgress(long Asked, long Of, long Passed, long Failed, long Unanswered, double LogE);

/// <summary>Asks an endpoint probe after probe and gives batches of verdicts. Each batch is logged before the place after it is kept: what is broken off between is asked again.</summary>
/// <param name="log">Takes a batch for good.</param>
/// <param name="keep">Keeps the place.</param>
/// <param name="progress">Told after each probe.</param>
public sealed class Observation(
    Endpoint endpoint, TimeProvider clock, Func<Batch, Task> log, Action<ObservationMemory> keep, Action<ObservationProgress> progress)
{
    /// <summary>Answers that may wait for labels; with more, probing stops.</summary>
    public const int MostPending = 10_000;

    private const int MostPendingText = 64 << 10;

    /// <summary>Runs a letter oracle.</summary>
    /// <param name="probes">How many to ask, from where the memory is, round after round.</param>
    /// <param name="size">Of a batch, at most 30,000.</param>
    /// <param name="every">Between the beginnings of probes; zero for no wait.</param>
    public async Task<ObservationMemory> RunAsync(ILetterOracle oracle, ObservationMemory memory, long probes, int size, TimeSpan every, CancellationToken cancel)
    {
        var (letters, pending) = (new List<char>(), memory.Pending.ToList());
        var (from, sum) = (clock.GetUtcNow(), default(ObservationProgress) with { Of = probes });
        await SettleAsync(oracle, pending).ConfigureAwait(false);
        keep(memory = memory with { Pending = [.. pending] });
        for (long asked = 0; asked < probes; asked++)
        {
            if (pending.Count == MostPending)
                throw new AuditException($"{MostPending} answers wait for labels: bring them first");
            var probe = oracle.Probes[(int)((memory.Next + asked) % oracle.Probes.Count)];
            var began = clock.GetUtcNow();
            if (letters.Count == 0)
                from = began;
            var reply = await endpoint.AskAsync(probe, oracle.Streams, tokens: false, cancel).ConfigureAwait(false);
            var to = clock.GetUtcNow();
            to = to < from ? from : to;
            if (oracle.Judge(probe, reply) is { } letter)
            {
                letters.Add(letter);
                sum = letter == 'p' ? sum with { Passed = sum.Passed + 1 } : letter == 'f' ? sum with { Failed = sum.Failed + 1 } : sum with { Unanswered = sum.Unanswered + 1 };
            }
            else
                pending.Add(new PendingAnswer(probe.Id, reply.Text.Length > MostPendingText ? reply.Text[..MostPendingText] : reply.Text, began, to));
            progress(sum = sum with { Asked = asked + 1 });
            if (letters.Count == size || (asked + 1) % size == 0 || asked + 1 == probes)
            {
                if (letters.Count > 0)
                    await log(new Batch(from, to, new string([.. letters]), null)).ConfigureAwait(false);
                letters.Clear();
                keep(new ObservationMemory(memory.Next + asked + 1, [.. pending], null));
            }
            if (every > TimeSpan.Zero && asked + 1 < probes && began + every - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, clock, cancel).ConfigureAwait(false);
        }
        return new ObservationMemory(memory.Next + probes, pending, null);
    }

    /// <summary>Runs the likelihood oracle, which was made with the memory's.</summary>
    public async Task<ObservationMemory> RunAsync(LikelihoodOracle oracle, ObservationMemory memory, long probes, int size, CancellationToken cancel)
    {
        var (before, from, answered, unanswered) = (oracle.Bets.LogE, clock.GetUtcNow(), 0L, 0L);
        for (long asked = 0; asked < probes; asked++)
        {
            var probe = oracle.Probes[(int)((memory.Next + asked) % oracle.Probes.Count)];
            var began = clock.GetUtcNow();
            if (asked % size == 0)
                from = began;
            var reply = await endpoint.AskAsync(probe, streamed: false, tokens: true, cancel).ConfigureAwait(false);
            var to = clock.GetUtcNow();
            oracle.See(probe, endpoint.BodyOf(probe, streamed: false, tokens: false), reply, began, cancel);
            _ = reply.Kind == ReplyKind.Answered ? answered++ : unanswered++;
            var now = oracle.Bets.LogE;
            progress(new ObservationProgress(asked + 1, probes, answered, 0, unanswered, now));
            if ((asked + 1) % size == 0 || asked + 1 == probes)
            {
                await log(new Batch(from, to < from ? from : to, null, Millionths(now - before))).ConfigureAwait(false);
                before = now;
                keep(new ObservationMemory(memory.Next + asked + 1, [], oracle.Keep()));
            }
        }
        return new ObservationMemory(memory.Next + probes, [], oracle.Keep());
    }

    /// <summary>Rounded down; by one more, for what doubles have lost.</summary>
    internal static long Millionths(double logE) => (long)Math.Clamp(Math.Floor(logE * 1e6) - 1, -1e15, 1e15);

    // Answers whose labels have come.
    private async Task SettleAsync(ILetterOracle oracle, List<PendingAnswer> pending)
    {
        var probes = oracle.Probes.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var judged = new List<(PendingAnswer Answer, char Letter)>();
        foreach (var answer in pending)
            if (probes.TryGetValue(answer.Probe, out var probe)
                && oracle.Judge(probe, new Reply(ReplyKind.Answered, answer.Text, null, "stop", default, default)) is { } letter)
                judged.Add((answer, letter));
        foreach (var batch in judged.Chunk(Verify.Audits.VerdictLetters.Most))
            await log(new Batch(batch.Min(j => j.Answer.From), batch.Max(j => j.Answer.To), new string([.. batch.Select(j => j.Letter)]), null)).ConfigureAwait(false);
        pending.RemoveAll(p => judged.Any(j => ReferenceEquals(j.Answer, p)));
    }
}
