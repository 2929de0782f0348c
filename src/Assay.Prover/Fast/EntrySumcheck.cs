using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>What is summed over entries, in lanes; of degree 3 in each variable.</summary>
internal interface IEntryKernel
{
    /// <summary>What entries need of their window.</summary>
    int Needs { get; }

    /// <param name="windows">Values of the windows' tables.</param>
    void Prepare(ReadOnlySpan<Felt4> windows, Span<Felt4> needed);

    /// <summary>Adds what is summed.</summary>
    /// <param name="entries">Values of the entries' tables.</param>
    /// <param name="needed">Of their window.</param>
    /// <param name="scratch">Six of them.</param>
    void Add<T>(Elements<T>[] entries, Elements<T>[] needed, Elements<T>[] scratch, ref Elements<T> sum) where T : struct, ILanes<T>;

    /// <summary>The same of one entry.</summary>
    Felt4 At(ReadOnlySpan<Felt4> entries, ReadOnlySpan<Felt4> windows);
}

/// <summary>
/// Sumchecks of relations over entries that stand in windows. What all entries of a window have in common is in a table of windows, and is looked
/// at once for each; variables of windows come before those of entries.
/// </summary>
internal static class EntrySumcheck
{
    private const int Degree = 3;

    /// <param name="entries">Packed, of 2^n elements; written over.</param>
    /// <param name="windows">Each of as many as there are windows; written over.</param>
    /// <returns>The point, and the tables' values there.</returns>
    public static (Felt4[] Point, Felt4[] Entries, Felt4[] Windows) Prove<TKernel>(ProofWriter proof, Team team, TKernel of, uint[][] entries, Felt4[][] windows, int log)
        where TKernel : struct, IEntryKernel
    {
        var (point, size, rows, round) = (new Felt4[log], 1 << log, windows.Length > 0 ? windows[0].Length : 1, 0);
        for (; size >= 2 * Packed.Group; round++, size /= 2, rows = Math.Max(1, rows / 2))
        {
            var (half, gate, message) = (size / 2, new Lock(), new Felt4[Degree]);
            var r = rows;
            team.Split(half / Packed.Group, 32, (from, to) =>
            {
                var kernel = new Round<TKernel>(of, entries, windows, r, half, from, to, new Felt4[Degree]);
                Widths.Run(kernel);
                lock (gate)
                    for (var x = 0; x < Degree; x++)
                        message[x] += kernel.Sums[x];
            });
            var challenge = point[round] = Say(proof, message);
            team.Split(half / Packed.Group, 64, (from, to) =>
            {
                foreach (var table in entries)
                    Sumchecks.Bind(table, half, from, to, challenge);
            });
            Bind(windows, rows, challenge);
        }
        // What is left is of one window.
        Felt4[][] few = [.. entries.Select(t => Packed.ToArray(t, size))];
        Felt4[] window = [.. windows.Select(w => w[0])];
        for (; size > 1; round++, size /= 2)
        {
            var (half, message, values) = (size / 2, new Felt4[Degree], new Felt4[few.Length]);
            for (var i = 0; i < half; i++)
                for (var x = 0; x <= Degree; x++)
                {
                    if (x == 1)
                        continue;
                    for (var t = 0; t < few.Length; t++)
                        values[t] = few[t][i] + Felt4.From(x) * (few[t][half + i] - few[t][i]);
                    message[Math.Max(0, x - 1)] += of.At(values, window);
                }
            point[round] = Say(proof, message);
            foreach (var table in few)
                Multilinear.Bind(table.AsSpan(0, size), point[round]);
        }
        return (point, [.. few.Select(t => t[0])], window);
    }

    private static Felt4 Say(ProofWriter proof, Felt4[] message)
    {
        proof.Put(Tags.Sumcheck, message);
        return proof.Transcript.Challenge(Tags.Challenge);
    }

    private static void Bind(Felt4[][] windows, int rows, Felt4 challenge)
    {
        if (rows > 1)
            foreach (var table in windows)
                Multilinear.Bind(table.AsSpan(0, rows), challenge);
    }

    /// <summary>g(0), g(2) and g(3).</summary>
    private readonly struct Round<TKernel>(TKernel of, uint[][] entries, Felt4[][] windows, int rows, int half, int from, int to, Felt4[] sums) : IKernel
        where TKernel : struct, IEntryKernel
    {
        public Felt4[] Sums => sums;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            var (values, steps, scratch, total) = (new Elements<T>[entries.Length], new Elements<T>[entries.Length], new Elements<T>[6], new Elements<T>[Degree]);
            Elements<T>[][] needed = [new Elements<T>[of.Needs], new Elements<T>[of.Needs], new Elements<T>[of.Needs]];
            var (far, last, groups) = (half * Felt4.Degree, -1, Math.Max(1, 2 * half / rows / Packed.Group));
            for (var group = from; group < to; group++)
            {
                if (of.Needs > 0 && group / groups != last)
                    Prepare(last = group / groups, needed);
                for (var lane = 0; lane < Packed.Group; lane += T.Count)
                {
                    for (var t = 0; t < entries.Length; t++)
                        Steps.Load(ref entries[t][group * Packed.Words + lane], far, ref values[t], ref steps[t]);
                    of.Add(values, needed[0], scratch, ref total[0]);
                    for (var t = 0; t < entries.Length; t++)
                        Steps.AddTwice(values[t], steps[t], ref values[t]);
                    of.Add(values, needed[1], scratch, ref total[1]);
                    for (var t = 0; t < entries.Length; t++)
                        Steps.Add(values[t], steps[t], ref values[t]);
                    of.Add(values, needed[2], scratch, ref total[2]);
                }
            }
            for (var x = 0; x < Degree; x++)
                sums[x] = total[x].Sum();
        }

        private void Prepare<T>(int row, Elements<T>[][] needed) where T : struct, ILanes<T>
        {
            Span<Felt4> at = stackalloc Felt4[windows.Length];
            Span<Felt4> prepared = stackalloc Felt4[of.Needs];
            for (var x = 0; x < Degree; x++)
            {
                for (var t = 0; t < at.Length; t++)
                {
                    var near = windows[t][row];
                    at[t] = rows == 1 || x == 0 ? near : near + Felt.From(x + 1L) * (windows[t][rows / 2 + row] - near);
                }
                of.Prepare(at, prepared);
                for (var i = 0; i < prepared.Length; i++)
                    needed[x][i] = Elements<T>.Of(prepared[i]);
            }
        }
    }
}
