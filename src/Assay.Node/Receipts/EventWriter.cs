using Assay.Log;
using Assay.Node.Keys;
using Assay.Node.State;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Node.Receipts;

/// <summary>What became of an event: it is in the log, or it waits for signatures of root keys that are elsewhere.</summary>
/// <param name="Index">In the log; null where it waits.</param>
/// <param name="Waiting">With the signatures of those that are here; null where it is in the log.</param>
public sealed record EventOutcome(ulong? Index, EventFile? Waiting);

/// <summary>Puts events into the log, each checked against the very state that it meets.</summary>
internal sealed class EventWriter(TileLog log, LogQueue queue, FoldedLog folded, RootKeys roots, ServingKeys serving)
{
    /// <summary>Appends an event, or, where the root keys here do not suffice, gives it back to be signed elsewhere.</summary>
    /// <exception cref="NodeException">The event may not follow what the log holds: nothing was appended.</exception>
    public async Task<EventOutcome> ProposeAsync(LogEvent step)
    {
        if (roots.Suffice)
            return new EventOutcome(await AppendAsync(step), null);
        Look(state => Check(state, step));
        return new EventOutcome(null, roots.Sign(step));
    }

    /// <summary>Signs an event with the root keys on this machine and appends it; in the tree when this returns.</summary>
    /// <exception cref="NodeException">Not enough keys are here, or the event may not follow what the log holds: nothing was appended.</exception>
    public Task<ulong> AppendAsync(LogEvent step) => AppendAsync(step, () => roots.ToEntry(step));

    /// <summary>Appends an event that the log key signs; in the tree when this returns. Receipts wait for it until what was handed to the log before is in the tree, and no longer.</summary>
    /// <exception cref="NodeException">The event may not follow what the log holds: nothing was appended.</exception>
    public async Task<ulong> AppendAsync(LogEvent step, SigningKey logKey)
    {
        Task<Appended> durable;
        using (var turn = await queue.TakeAsync())
        {
            // As below: the state that is looked at is the one that the event will meet.
            await log.WaitForCheckpointAsync(turn.Next - 1);
            Look(state => Check(state, step));
            durable = turn.Append(step.ToEntry(logKey));
        }
        var index = (await durable).Index;
        await log.WaitForCheckpointAsync(index);
        return index;
    }

    /// <summary>Appends observations, which no other entry decides about: all in one turn, in their order; in the tree when this returns.</summary>
    /// <returns>The index of the last.</returns>
    /// <exception cref="NodeException">One of them says what it must not: nothing was appended.</exception>
    public async Task<ulong> AppendAsync(IReadOnlyList<ObservationsEvent> seen, SigningKey logKey)
    {
        var durable = new List<Task<Appended>>();
        using (var turn = await queue.TakeAsync())
        {
            await log.WaitForCheckpointAsync(turn.Next - 1);
            foreach (var step in seen)
                Look(state => Check(state, step));
            foreach (var entry in seen.Select(step => step.ToEntry(logKey)).ToList())
                durable.Add(turn.Append(entry));
        }
        var index = (await Task.WhenAll(durable)).Max(appended => appended.Index);
        await log.WaitForCheckpointAsync(index);
        return index;
    }

    /// <summary>Appends an event that was signed elsewhere.</summary>
    /// <exception cref="NodeException">Too few signatures, a wrong one, an event that is in the log already or may not follow it: nothing was appended.</exception>
    public Task<ulong> SubmitAsync(EventFile file)
    {
        if (Look(state => IndexOf(state, file.Event)) is { } index)
            throw new NodeException(NodeFault.BadRequest, $"this event is in the log already, at index {index}");
        return AppendAsync(file.Event, () => file.ToEntry(roots.Set));
    }

    private async Task<ulong> AppendAsync(LogEvent step, Func<byte[]> entry)
    {
        using var turn = await queue.TakeAsync();
        // No entry is on its way while we have the turn: the state we check against is the one the event will meet.
        await log.WaitForCheckpointAsync(turn.Next - 1);
        Look(state => Check(state, step));
        var index = (await turn.Append(entry())).Index;
        await log.WaitForCheckpointAsync(index);
        // With the turn, still: which key signs next is looked up again, and nothing is on its way that it would miss.
        if (step is KeyEvent { Segment: { } segment })
            serving.Forget(segment);
        else if (step is KeyEvent key)
            serving.Forget(key.KeyId);
        return index;
    }

    private T Look<T>(Func<LogState, T> look) => folded.Look(log.Reader, (state, _) => look(state));

    private static bool Check(LogState state, LogEvent step)
    {
        try
        {
            state.Check(step);
            return true;
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, e.Message, e);
        }
    }

    private static ulong? IndexOf(LogState state, LogEvent step) => step switch
    {
        GenesisEvent => state.Genesis!.Equals(step) ? 0 : null,
        ModelEvent model => state.Models.FirstOrDefault(m => m.Event.Equals(model))?.Index,
        KeyEvent key => state.Keys.GetValueOrDefault(key.KeyId)?.Events.FirstOrDefault(e => e.Event.Equals(key))?.Index,
        _ => null,
    };
}
