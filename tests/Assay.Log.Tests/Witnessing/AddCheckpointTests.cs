using System.Text;
using Assay.Log.Witnessing;
using Assay.Verify;

namespace Assay.Log.Tests.Witnessing;

public class AddCheckpointTests
{
    private static readonly TestTree Tree = new(40);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 40)]
    [InlineData(40, 40)]
    public void A_request_reads_back_as_it_was_written(int old, int size)
    {
        var request = Tree.Request(old, size);
        var again = AddCheckpoint.Parse(request.ToBytes());
        Assert.Equal((ulong)old, again.OldSize);
        Assert.Equal(request.Proof, again.Proof);
        Assert.Equal(request.Note.ToString(), again.Note.ToString());
        Assert.Equal((ulong)size, again.Checkpoint.Size);
    }

    [Fact]
    public void The_layout_is_that_of_the_specification()
    {
        var lines = Encoding.UTF8.GetString(Tree.Body(3, 8)).Split('\n');
        Assert.Equal("old 3", lines[0]);
        Assert.All(lines[1..5], l => Assert.Equal(44, l.Length));
        Assert.Equal(["", TestLogs.Origin, "8"], lines[5..8]);
    }

    [Theory]
    [InlineData("old 3\n", "old 03\n")]
    [InlineData("old 3\n", "old -3\n")]
    [InlineData("old 3\n", "old  3\n")]
    [InlineData("old 3\n", "old 3 \n")]
    [InlineData("old 3\n", "old 3\r\n")]
    [InlineData("old 3\n", "old 18446744073709551616\n")]
    [InlineData("old 3\n", "Old 3\n")]
    [InlineData("old 3\n", "")]
    [InlineData("old 3\n", "old 3\nAAAA\n")]
    [InlineData("old 3\n", "old 3\n\u2014\n")]
    [InlineData("=\n\ntest", "=\ntest")]
    [InlineData("\n8\n", "\n08\n")]
    public void What_is_no_request_is_refused(string part, string other)
    {
        var text = Encoding.UTF8.GetString(Tree.Body(3, 8));
        Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Throws<MalformedException>(() => AddCheckpoint.Parse(Encoding.UTF8.GetBytes(text.Replace(part, other))));
    }

    [Fact]
    public void A_proof_has_at_most_63_hashes()
    {
        var request = Tree.Request(3, 8);
        var hash = request.Proof[0];
        Assert.Equal(63, AddCheckpoint.Parse((request with { Proof = [.. Enumerable.Repeat(hash, 63)] }).ToBytes()).Proof.Length);
        Assert.Throws<MalformedException>(() => AddCheckpoint.Parse((request with { Proof = [.. Enumerable.Repeat(hash, 64)] }).ToBytes()));
    }

    [Fact]
    public void A_request_that_is_too_long_is_refused_before_it_is_read()
    {
        Assert.InRange(AddCheckpoint.MaxSize, 1, 64 * 1024);
        Assert.Throws<MalformedException>(() => AddCheckpoint.Parse(new byte[AddCheckpoint.MaxSize + 1]));
        Assert.Throws<MalformedException>(() => AddCheckpoint.Parse([.. "old 3\n"u8, .. Enumerable.Repeat((byte)'A', 100_000), .. "\n\n"u8]));
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_a_request()
    {
        var random = new Random(5);
        var body = Tree.Body(7, 40);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = body.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(damaged.Length)] = random.Next(3) == 0 ? (byte)'\n' : (byte)random.Next(256);
            if (random.Next(4) == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                AddCheckpoint.Parse(damaged);
            }
            catch (MalformedException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 5_000, 19_999);
    }
}
