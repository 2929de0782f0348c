namespace Assay.Engine.Language.Generation;

/// <summary>Requests that wait to begin: callers take turns, each one's in the order in which they came. Safe for several threads.</summary>
internal sealed class WaitingLine(int most, int mostOfOne)
{
    // The callers in the order of their turns; the first is next.
    private readonly LinkedList<(string Caller, List<Answer> Answers)> turns = [];
    private readonly Lock gate = new();
    private bool closed;

    public int Count { get; private set; }

    /// <exception cref="GeneratorBusyException">No more may wait.</exception>
    public void ThrowIfFull(string caller)
    {
        lock (gate)
            Refuse(QueueOf(caller)?.Count ?? 0);
    }

    /// <exception cref="GeneratorBusyException">No more may wait.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed.</exception>
    public void Add(Answer answer)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(Generator));
            var queue = QueueOf(answer.Caller);
            Refuse(queue?.Count ?? 0);
            if (queue is null)
                turns.AddLast((answer.Caller, queue = []));
            queue.Add(answer);
            Count++;
        }
    }

    /// <summary>The request whose turn it is among those that may begin, left in its place; null where there is none.</summary>
    public Answer? Peek(Predicate<Answer> mayBegin)
    {
        lock (gate)
            return turns.SelectMany(t => t.Answers).FirstOrDefault(a => mayBegin(a));
    }

    /// <summary>Takes the one that <see cref="Peek"/> showed, or, where there is more of it to begin, sends it behind its caller's others; its caller's next turn comes after everyone else's.</summary>
    public void Take(Answer answer)
    {
        lock (gate)
        {
            var turn = turns.First(t => t.Answers.Contains(answer));
            turns.Remove(turn);
            turn.Answers.Remove(answer);
            if (answer.HasMore)
                turn.Answers.Add(answer);
            else
                Count--;
            if (turn.Answers.Count > 0)
                turns.AddLast(turn);
        }
    }

    /// <summary>Takes out those that shall not wait any more.</summary>
    public List<Answer> TakeOut(Predicate<Answer> which)
    {
        lock (gate)
        {
            var gone = new List<Answer>();
            for (var node = turns.First; node is not null;)
            {
                var (next, answers) = (node.Next, node.Value.Answers);
                gone.AddRange(answers.FindAll(which));
                answers.RemoveAll(which);
                if (answers.Count == 0)
                    turns.Remove(node);
                node = next;
            }
            Count -= gone.Count;
            return gone;
        }
    }

    /// <summary>Takes out everyone, and lets nobody in any more.</summary>
    public List<Answer> Close()
    {
        lock (gate)
        {
            closed = true;
            var all = turns.SelectMany(t => t.Answers).ToList();
            turns.Clear();
            Count = 0;
            return all;
        }
    }

    private List<Answer>? QueueOf(string caller) => turns.FirstOrDefault(t => t.Caller == caller).Answers;

    private void Refuse(int ofThisCaller)
    {
        if (Count >= most)
            throw new GeneratorBusyException($"{Count} requests wait already: try again in a moment");
        if (ofThisCaller >= mostOfOne)
            throw new GeneratorBusyException($"{ofThisCaller} requests of this caller wait already: try again in a moment");
    }
}
